"""The page "Live": one event as it happens."""

from services.dashboard import desk
from services.dashboard.live import screen

screen.draw(desk.mine())
