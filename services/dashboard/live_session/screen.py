"""The page "Session": the hour in which it takes place."""

from services.dashboard import heading
from services.dashboard.desk import Desk


def draw(laid: Desk) -> None:
    heading.draw("Session")
