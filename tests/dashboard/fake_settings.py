"""What the fake API knows for the pages of settings, and its routes for them."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request


@dataclass
class Settings:
    """What tests of these pages set and read."""


def add_settings_routes(app: FastAPI, known: Settings, require: Callable[[Request], str]) -> None:
    """None yet."""
