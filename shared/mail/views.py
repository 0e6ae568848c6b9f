"""How an event reads to everyone who shares a language and a time zone: computed once for a whole batch of mails."""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from uuid import UUID

from sqlalchemy import inspect

from shared.answers import event_url
from shared.ical import clean_url
from shared.mail import times
from shared.mail.programmes import People, ProgrammeView, people_view, programme_view
from shared.mail.times import Span
from shared.models import Event, Model
from shared.settings import get_settings

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

    def __hash__(self) -> int:
        """By a few of its facts: every mail of a batch looks for its patterns by the whole of it."""
        return hash((self.url, self.title, self.language, self.own_zone, self.date))


class Views:
    """How the events of one batch read. What an earlier batch made stays good as long as nothing of its event changes.

    Made after the batch was claimed: what it read of an event it keeps.
    """

    def __init__(self) -> None:
        self._contents: dict[UUID, bytes] = {}
        self._views: dict[tuple[UUID, str, str | None], EventView] = {}

    def of(self, event: Event, *, language: str, own_zone: str | None) -> EventView:
        key = (event.id, language, own_zone)
        view = self._views.get(key)
        if view is None:
            content = self._contents.get(event.id) or self._contents.setdefault(event.id, _content(event))
            view = self._views[key] = _view(_Wanted(content, language, own_zone, event))
        return view


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A view to be made, known again by the content of its event."""

    content: bytes
    language: str
    own_zone: str | None
    event: Event = field(compare=False, hash=False)


@lru_cache(maxsize=1024)
def _view(wanted: _Wanted) -> EventView:
    return event_view(wanted.event, language=wanted.language, own_zone=wanted.own_zone)


def _content(event: Event) -> bytes:
    """A digest of everything that is stored of an event, of its calendar, and of its programme and people."""
    items = event.programme
    rows = [event, event.calendar, *event.people, *items, *(person for item in items for person in item.people)]
    said = [[getattr(row, column) for column in _columns(type(row))] for row in rows]
    return sha256(repr((get_settings().site_url, said)).encode("utf-8", "surrogatepass")).digest()


@cache
def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(inspect(model).column_attrs.keys())


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
    return times.short_day(span.starts_at.astimezone(times.clocks(own_zone or span.zone)), language)


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
