"""The page "All events": every event of the organiser's calendars."""

from services.dashboard import all_events, desk

all_events.draw(desk.mine())
