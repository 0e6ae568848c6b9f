"""How an event reads to everyone who shares a language and a time zone: computed once for a whole batch of mails."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shared.answers import event_url
from shared.ical import clean_url
from shared.mail import times
from shared.mail.programmes import People, ProgrammeView, people_view, programme_view
from shared.mail.times import Span
from shared.models import Event

_URL = re.compile(r"https?://[^\s<>\"“”«»]+")


@dataclass(frozen=True, slots=True)
class When:
    """The time at the place of the event, and on the reader's clock where that differs."""

    there: str
    here: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """`when` and `date` (the reader's, for subjects) are None while the event has no date; `own_zone` if unknown.

    `place` and `own_place` head the columns of clock times. `room_url` is where it takes place, if that is a link.
    """

    title: str
    language: str
    url: str
    calendar_url: str
    span: Span | None
    own_zone: str | None
    when: When | None
    date: str | None
    place: str | None
    own_place: str | None
    where: str | None
    room_url: str | None
    people: People
    hosts: tuple[str, ...]
    programme: ProgrammeView


def event_view(event: Event, *, language: str, own_zone: str | None) -> EventView:
    span = times.span_of(event.starts_at, event.ends_at, event.time_zone)
    when = when_words(span, language=language, own_zone=own_zone)
    other_zone = own_zone if when and when.here else None
    return EventView(
        title=event.title,
        language=event.text_language,
        url=event_url(event),
        calendar_url=f"{event_url(event)}.ics",
        span=span,
        own_zone=own_zone,
        when=when,
        date=_date(span, own_zone, language) if span else None,
        place=times.place(span.zone, language) if span else None,
        own_place=times.place(other_zone, language) if other_zone else None,
        where=event.location,
        room_url=url_within(event.location or ""),
        people=people_view(event.people),
        hosts=tuple(event.hosts),
        programme=programme_view(event.programme, span, own_zone=other_zone, language=language),
    )


def when_words(span: Span | None, *, language: str, own_zone: str | None) -> When | None:
    if span is None:
        return None
    return When(times.period(span, language), times.own_period(span, own_zone, language) if own_zone else None)


def _date(span: Span, own_zone: str | None, language: str) -> str:
    # The reader's date, so that it never contradicts a "tomorrow" beside it.
    return times.short_day(span.starts_at.astimezone(ZoneInfo(own_zone or span.zone)), language)


def url_within(text: str) -> str | None:
    """The first link in a text; None where there is none that works."""
    match = _URL.search(text)
    if match is None:
        return None
    url = match[0].rstrip(".,;:!?)]'’")
    try:
        clean_url(url)
    except ValueError:
        return None
    return url
