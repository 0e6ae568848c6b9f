"""The page "Settings": the organisation, its look, its mail."""

from services.dashboard import desk
from services.dashboard.settings import screen

screen.draw(desk.mine())
