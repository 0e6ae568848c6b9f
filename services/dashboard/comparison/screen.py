"""The page "Compare": events beside each other."""

from services.dashboard import heading
from services.dashboard.desk import Desk


def draw(laid: Desk) -> None:
    heading.draw("Compare")
