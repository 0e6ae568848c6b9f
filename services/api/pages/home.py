"""The first page, and one page for each calendar."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.api.database import DatabaseSession
from services.api.pages.listing import all_calendars, coming, recent
from services.api.pages.reader import CurrentReader
from services.api.pages.rendering import READING, page
from shared import calendars

router = APIRouter()

PageNumber = Annotated[int, Query(alias="page", ge=1, le=1000)]


@router.api_route("/", methods=READING)
def show_home(reader: CurrentReader, session: DatabaseSession, number: PageNumber = 1) -> Response:
    """Coming events of every calendar."""
    listing = coming(session, reader, page=number)
    return page(reader, "home.html", listing=listing, calendars=all_calendars(session))


@router.api_route("/calendars/{slug}", methods=READING)
def show_calendar(slug: str, reader: CurrentReader, session: DatabaseSession, number: PageNumber = 1) -> Response:
    """What comes, what just was, and how to follow it."""
    calendar = calendars.get(session, slug)
    listing = coming(session, reader, page=number, calendar_id=calendar.id)
    past = recent(session, reader, calendar.id)
    return page(reader, "calendar.html", calendar=calendar, listing=listing, past=past)
