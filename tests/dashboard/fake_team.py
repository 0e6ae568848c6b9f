"""What the fake API knows for the pages of team, and its routes for them."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request


@dataclass
class Team:
    """What tests of these pages set and read."""


def add_team_routes(app: FastAPI, known: Team, require: Callable[[Request], str]) -> None:
    """None yet."""
