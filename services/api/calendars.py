"""Public feeds: a calendar as iCalendar and Atom, one event as iCalendar."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.api.calendar_entries import CALLED_OFF, public_entry, title_with_state
from services.api.database import DatabaseSession
from services.api.openapi import gives
from services.api.pages.moments import span_of
from shared import answers, calendars, clock, events, feeds, ical
from shared.ical import PublicCalendar
from shared.markdown import plain_text, rich_text, shortened
from shared.models import Calendar, Event, EventState
from shared.settings import get_settings
from shared.translations import locale

router = APIRouter(tags=["feeds"])

# What calendars show again after they were out of touch, and how long they are told of what was called off.
_PAST_SHOWN = timedelta(days=90)
_CANCELLED_SHOWN = timedelta(days=30)
# Calendar programs ask every hour at most; a quarter of that keeps a change from waiting for a cache as well.
_KEPT = "public, max-age=900"
_SUMMARY_LENGTH = 300

AlarmMinutes = Annotated[int | None, Query(ge=1, le=1440, description="Remind this many minutes before the start.")]


@router.head("/calendars/{slug}.ics", include_in_schema=False)
@router.get("/calendars/{slug}.ics", response_class=Response, responses=gives("text/calendar", with_etag=True))
def read_calendar(slug: str, request: Request, session: DatabaseSession, alarm: AlarmMinutes = None) -> Response:
    """To subscribe to: the past 90 days and everything to come, called-off events for 30 days."""
    calendar = calendars.get(session, slug)
    found = _in_feed(session, calendar)
    octets = ical.feed(_described(calendar), map(public_entry, found), alarm_before=_lead(alarm))
    return _feed(request, octets, _latest(calendar, found), "text/calendar", f"{slug}.ics")


@router.head("/calendars/{slug}.atom", include_in_schema=False)
@router.get("/calendars/{slug}.atom", response_class=Response, responses=gives("application/atom+xml", with_etag=True))
def read_news(slug: str, request: Request, session: DatabaseSession) -> Response:
    """What is to come, as news: the latest announcement first."""
    calendar = calendars.get(session, slug)
    coming = [event for event in _in_feed(session, calendar) if not events.is_over(event)]
    coming.sort(key=lambda event: event.published_at or event.created_at, reverse=True)
    octets = feeds.atom(_news(calendar), map(_news_entry, coming))
    return _feed(request, octets, _latest(calendar, coming), "application/atom+xml", f"{slug}.atom")


@router.head("/events/{slug}.ics", include_in_schema=False)
@router.get("/events/{slug}.ics", response_class=Response, responses=gives("text/calendar", with_etag=True))
def read_event_entry(slug: str, request: Request, session: DatabaseSession, alarm: AlarmMinutes = None) -> Response:
    """One event, for everybody who wants it in their calendar without registering."""
    event = events.get_public(session, slug)
    octets = ical.single_event(public_entry(event), alarm_before=_lead(alarm))
    return _feed(request, octets, event.updated_at, "text/calendar", f"{event.slug}.ics")


def _in_feed(session: Session, calendar: Calendar) -> Sequence[Event]:
    now = clock.now()
    is_on = Event.state == EventState.PUBLISHED
    was_just_called_off = Event.state.in_(CALLED_OFF) & (Event.updated_at >= now - _CANCELLED_SHOWN)
    query = select(Event).where(
        Event.calendar_id == calendar.id,
        Event.ends_at >= now - _PAST_SHOWN,
        Event.time_zone.is_not(None),
        is_on | was_just_called_off,
    )
    return list(session.scalars(query.order_by(Event.starts_at, Event.id)))


def _lead(minutes: int | None) -> timedelta | None:
    return timedelta(minutes=minutes) if minutes else None


def _latest(calendar: Calendar, found: Sequence[Event]) -> datetime:
    return max([calendar.created_at, *(event.updated_at for event in found)])


def _feed(request: Request, octets: bytes, changed_at: datetime, media_type: str, filename: str) -> Response:
    """The feed, or 304 to who has it (RFC 9110 section 13)."""
    etag = f'"{hashlib.sha256(octets).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": _KEPT,
        "Content-Disposition": f'inline; filename="{filename}"',
    }
    if _has_it(request, etag, changed_at):
        return Response(status_code=304, headers=headers)
    return Response(octets, headers=headers, media_type=f"{media_type}; charset=utf-8")


def _has_it(request: Request, etag: str, changed_at: datetime) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return changed_at.replace(microsecond=0) <= (since if since.tzinfo else since.replace(tzinfo=UTC))


def _described(calendar: Calendar) -> PublicCalendar:
    url = f"{get_settings().site_url}/calendars/{calendar.slug}"
    return PublicCalendar(
        uid=f"calendar-{calendar.id}@{get_settings().mail_domain}",
        name=calendar.title,
        description=plain_text(calendar.description or "") or calendar.organisation,
        time_zone=calendar.time_zone,
        url=url,
        source_url=f"{url}.ics",
    )


def _news(calendar: Calendar) -> feeds.AtomFeed:
    url = f"{get_settings().site_url}/calendars/{calendar.slug}"
    return feeds.AtomFeed(
        id=calendar.id,
        title=calendar.title,
        subtitle=shortened(plain_text(calendar.description or ""), length=_SUMMARY_LENGTH) or calendar.organisation,
        author=calendar.organisation,
        language=calendar.language,
        url=url,
        self_url=f"{url}.atom",
        updated_at=calendar.created_at,
    )


def _news_entry(event: Event) -> feeds.AtomEntry:
    when = _when(event)
    content = Markup("<p><strong>{}</strong></p>").format(when)
    return feeds.AtomEntry(
        id=event.id,
        title=title_with_state(event),
        url=answers.event_url(event),
        summary=when,
        content_html=content + (rich_text(event.introduction) if event.introduction else ""),
        updated_at=event.updated_at,
        published_at=event.published_at,
    )


def _when(event: Event) -> str:
    span = span_of(event, locale("en-GB" if event.text_language == "en" else event.text_language))
    return span.whole if span else ""
