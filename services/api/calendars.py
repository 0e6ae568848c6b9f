"""Public feeds: a calendar as iCalendar and Atom, one event as iCalendar."""

from fastapi import APIRouter

router = APIRouter(tags=["feeds"])
