"""The page "Mail": how one event's mail goes, what will be sent when, and in which words."""

from services.dashboard import desk
from services.dashboard.mail import screen

screen.draw(desk.mine())
