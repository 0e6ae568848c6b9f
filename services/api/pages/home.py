"""The first page, and one page for each calendar."""

from collections.abc import Hashable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.api.pages import sources
from services.api.pages.kept import KeptPages, Written
from services.api.pages.listing import all_calendars, by_month, calendar_says, listed, views
from services.api.pages.reader import CurrentReader, Reader
from services.api.pages.rendering import READING, page
from shared import calendars
from shared.database import new_session

router = APIRouter()
_kept = KeptPages()

PageNumber = Annotated[int, Query(alias="page", ge=1, le=1000)]


@router.api_route("/", methods=READING)
async def show_home(request: Request, reader: CurrentReader, number: PageNumber = 1) -> Response:
    """Coming events of every calendar."""
    says = await request.app.state.looks.share((show_home, number), partial(_look_at_home, number))
    source, reader = reader.source, sources.anybody(reader)
    return await _kept.answer(request, (says, reader), partial(_write_home, number, reader), source=source)


def _look_at_home(number: int) -> Hashable:
    with new_session() as session:
        calendars_say = tuple(map(calendar_says, all_calendars(session)))
        return calendars_say, listed(session, page=number, only_says=True).says()


def _write_home(number: int, reader: Reader) -> Written:
    with new_session() as session:
        found, every = listed(session, page=number), all_calendars(session)
        says = tuple(map(calendar_says, every)), found.says()
        return Written((says, reader), page(reader, "home.html", listing=by_month(found, reader), calendars=every))


@router.api_route("/calendars/{slug}", methods=READING)
async def show_calendar(slug: str, request: Request, reader: CurrentReader, number: PageNumber = 1) -> Response:
    """What comes, what just was, and how to follow it."""
    says = await request.app.state.looks.share((show_calendar, slug, number), partial(_look_at_calendar, slug, number))
    source, reader = reader.source, sources.anybody(reader)
    return await _kept.answer(request, (says, reader), partial(_write_calendar, slug, number, reader), source=source)


def _look_at_calendar(slug: str, number: int) -> Hashable:
    with new_session() as session:
        calendar = calendars.get(session, slug)
        return calendar_says(calendar), listed(session, page=number, calendar=calendar, only_says=True).says()


def _write_calendar(slug: str, number: int, reader: Reader) -> Written:
    with new_session() as session:
        calendar = calendars.get(session, slug)
        found = listed(session, page=number, calendar=calendar)
        past = views(found.recent, reader)
        written = page(reader, "calendar.html", calendar=calendar, listing=by_month(found, reader), past=past)
        return Written(((calendar_says(calendar), found.says()), reader), written)
