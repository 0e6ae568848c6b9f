"""The page "Team": who works on the calendar."""

from services.dashboard import heading
from services.dashboard.desk import Desk


def draw(laid: Desk) -> None:
    heading.draw("Team")
