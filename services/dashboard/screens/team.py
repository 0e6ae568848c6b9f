"""The page "Team": who works on the calendar."""

from services.dashboard import desk
from services.dashboard.team import screen

screen.draw(desk.mine())
