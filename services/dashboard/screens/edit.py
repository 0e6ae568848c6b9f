"""The page "Edit event": everything an event says."""

from services.dashboard import desk
from services.dashboard.editing import screen

screen.draw(desk.mine())
