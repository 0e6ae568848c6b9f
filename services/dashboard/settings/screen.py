"""The page "Settings": the organisation, its look, its mail."""

from services.dashboard import heading
from services.dashboard.desk import Desk


def draw(laid: Desk) -> None:
    heading.draw("Settings")
