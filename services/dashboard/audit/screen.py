"""The page "Audit": who did what."""

from services.dashboard import heading
from services.dashboard.desk import Desk


def draw(laid: Desk) -> None:
    heading.draw("Audit")
