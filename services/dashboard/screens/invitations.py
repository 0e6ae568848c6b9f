"""The page "Invitations": people who were asked to come to one event."""

from services.dashboard import desk
from services.dashboard.invitations import screen

screen.draw(desk.mine())
