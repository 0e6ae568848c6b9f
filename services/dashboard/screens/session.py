"""The page "Session": the hour in which it takes place."""

from services.dashboard import desk
from services.dashboard.live_session import screen

screen.draw(desk.mine())
