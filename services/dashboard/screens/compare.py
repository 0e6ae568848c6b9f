"""The page "Compare": events beside each other."""

from services.dashboard import desk
from services.dashboard.comparison import screen

screen.draw(desk.mine())
