"""The page "Paste an announcement": from a text to a published event."""

from services.dashboard import desk
from services.dashboard.announcement import screen

screen.draw(desk.mine())
