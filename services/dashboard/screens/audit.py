"""The page "Audit": who did what."""

from services.dashboard import desk
from services.dashboard.audit import screen

screen.draw(desk.mine())
