"""The page "Edit event": everything an event says."""

from services.dashboard import heading
from services.dashboard.desk import Desk


def draw(laid: Desk) -> None:
    heading.draw("Edit")
