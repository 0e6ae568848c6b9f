"""What the fake API knows for the pages of editing, and its routes for them."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request


@dataclass
class Editing:
    """What tests of these pages set and read."""


def add_editing_routes(app: FastAPI, known: Editing, require: Callable[[Request], str]) -> None:
    """None yet."""
