"""The page "System": whether everything runs."""

from services.dashboard import desk
from services.dashboard.system import screen

screen.draw(desk.mine())
