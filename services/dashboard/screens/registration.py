"""The page "Registration settings": places, hours, waiting list, data and questions of one event."""

from services.dashboard import desk
from services.dashboard.registration_settings import screen

screen.draw(desk.mine())
