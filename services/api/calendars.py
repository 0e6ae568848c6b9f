"""Public feeds: a calendar as iCalendar and Atom, one event as iCalendar."""

from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup
from sqlalchemy import ColumnElement, Text, case, cast, func, select
from sqlalchemy.orm import Session

from services.api.calendar_entries import CALLED_OFF, public_entry, title_with_state
from services.api.database import DatabaseSession
from services.api.kept_feeds import Feed, KeptFeeds, answer
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
PAST_SHOWN = timedelta(days=90)
CANCELLED_SHOWN = timedelta(days=30)
# News are of what is to come.
_NO_PAST = timedelta(0)
_SUMMARY_LENGTH = 300
_kept = KeptFeeds()

AlarmMinutes = Annotated[int | None, Query(ge=1, le=1440, description="Remind this many minutes before the start.")]


@router.head("/calendars/{slug}.ics", include_in_schema=False)
@router.get("/calendars/{slug}.ics", response_class=Response, responses=gives("text/calendar", with_etag=True))
def read_calendar(slug: str, request: Request, session: DatabaseSession, alarm: AlarmMinutes = None) -> Response:
    """To subscribe to: the past 90 days and everything to come, called-off events for 30 days."""
    calendar = calendars.get(session, slug)
    standing = _standing(session, calendar, PAST_SHOWN)

    def write() -> Feed:
        entries = map(public_entry, _in_feed(session, calendar, PAST_SHOWN))
        return Feed(ical.feed(_described(calendar), entries, alarm_before=_lead(alarm)), standing.changed_at)

    feed = _kept.get(("ics", calendar.id, alarm), standing.version, write)
    return answer(request, feed, "text/calendar", f"{slug}.ics")


@router.head("/calendars/{slug}.atom", include_in_schema=False)
@router.get("/calendars/{slug}.atom", response_class=Response, responses=gives("application/atom+xml", with_etag=True))
def read_news(slug: str, request: Request, session: DatabaseSession) -> Response:
    """What is to come, as news: the latest announcement first."""
    calendar = calendars.get(session, slug)
    standing = _standing(session, calendar, _NO_PAST)

    def write() -> Feed:
        coming = sorted(_in_feed(session, calendar, _NO_PAST), key=_announced_at, reverse=True)
        return Feed(feeds.atom(_news(calendar), map(_news_entry, coming)), standing.changed_at)

    feed = _kept.get(("atom", calendar.id), standing.version, write)
    return answer(request, feed, "application/atom+xml", f"{slug}.atom")


@router.head("/events/{slug}.ics", include_in_schema=False)
@router.get("/events/{slug}.ics", response_class=Response, responses=gives("text/calendar", with_etag=True))
def read_event_entry(slug: str, request: Request, session: DatabaseSession, alarm: AlarmMinutes = None) -> Response:
    """One event, for everybody who wants it in their calendar without registering."""
    event = events.get_public(session, slug)
    octets = ical.single_event(public_entry(event), alarm_before=_lead(alarm))
    return answer(request, Feed(octets, event.updated_at), "text/calendar", f"{event.slug}.ics")


class _Standing(NamedTuple):
    """How a feed stands at this moment: its `version` is another whenever it would be written otherwise."""

    version: Hashable
    changed_at: datetime


def _standing(session: Session, calendar: Calendar, past_shown: timedelta) -> _Standing:
    """Every event in the feed goes into the version, so that nothing is missed: neither an edit whose transaction ended
    after a later one's, nor an event that was deleted, nor one that has left by the passing of time."""
    leaves_at, now = _leaves_at(past_shown), clock.now()
    is_in = leaves_at > now
    each = func.hashtextextended(func.concat_ws(" ", cast(Event.id, Text), Event.version, Event.updated_at), 0)
    query = select(
        func.count().filter(is_in),
        func.sum(each).filter(is_in),
        func.max(case((is_in, Event.updated_at), else_=leaves_at)),
    )
    number, digest, changed_at = session.execute(query.where(*_may_be_in(calendar))).one()
    named = (calendar.slug, calendar.title, calendar.organisation, calendar.description, calendar.time_zone)
    version = (number, digest, *named, calendar.language)
    return _Standing(version, max(changed_at or calendar.created_at, calendar.created_at))


def _may_be_in(calendar: Calendar) -> tuple[ColumnElement[bool], ...]:
    return (
        Event.calendar_id == calendar.id,
        Event.state != EventState.DRAFT,
        Event.ends_at.is_not(None),
        Event.time_zone.is_not(None),
    )


def _leaves_at(past_shown: timedelta) -> ColumnElement[datetime]:
    """When an event leaves the feed, as things stand."""
    is_over = Event.ends_at + past_shown
    is_told = func.least(is_over, Event.updated_at + CANCELLED_SHOWN)
    return case((Event.state.in_(CALLED_OFF), is_told), else_=is_over)


def _in_feed(session: Session, calendar: Calendar, past_shown: timedelta) -> Sequence[Event]:
    query = select(Event).where(*_may_be_in(calendar), _leaves_at(past_shown) > clock.now())
    return list(session.scalars(query.order_by(Event.starts_at, Event.id)))


def _announced_at(event: Event) -> datetime:
    return event.published_at or event.created_at


def _lead(minutes: int | None) -> timedelta | None:
    return timedelta(minutes=minutes) if minutes else None


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
