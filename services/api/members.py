"""Who works on a calendar, with which role; and calendars that are made."""

from fastapi import APIRouter

router = APIRouter(tags=["team"])
