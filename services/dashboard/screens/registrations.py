"""The page "Registrations": who is coming to one event, and what can be done for them."""

from services.dashboard import desk
from services.dashboard.registrations import screen

screen.draw(desk.mine())
