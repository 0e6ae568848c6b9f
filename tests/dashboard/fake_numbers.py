"""What the fake API knows for the pages of numbers, and its routes for them."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request


@dataclass
class Numbers:
    """What tests of these pages set and read."""


def add_numbers_routes(app: FastAPI, known: Numbers, require: Callable[[Request], str]) -> None:
    """None yet."""
