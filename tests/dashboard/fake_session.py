"""What the fake API knows for the pages of session, and its routes for them."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request


@dataclass
class Session:
    """What tests of these pages set and read."""


def add_session_routes(app: FastAPI, known: Session, require: Callable[[Request], str]) -> None:
    """None yet."""
