"""The lists of events on the home page and on a calendar's page."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, load_only, raiseload

from services.api.pages.event_view import EventView
from services.api.pages.moments import month_name
from services.api.pages.reader import Reader
from shared import clock
from shared.models import Calendar, Event, EventState

ON_ONE_PAGE = 50
_RECENT = 12


@dataclass(frozen=True)
class Listed:
    """The events of one page: those to come, one more where another page follows, and those just over."""

    number: int
    coming: Sequence[Event]
    recent: Sequence[Event] = ()

    def says(self) -> Hashable:
        """Everything that the rows depend on but for who reads them: every edit, and what time and places change."""
        return self.number, *(tuple(map(_says, events)) for events in (self.coming, self.recent))


@dataclass(frozen=True)
class Listing:
    """One page of coming events, by month; `has_more` where another page follows."""

    months: list[tuple[str, list[EventView]]]
    number: int
    has_more: bool


def _says(event: Event) -> Hashable:
    view = EventView(event, _ANYBODY)
    return event.id, event.version, view.state, view.closed, view.is_full


# Whether an event is over, closed or full is the same for all who read.
_ANYBODY = Reader("en", None, "/", ())


def listed(session: Session, *, page: int, calendar: Calendar | None = None, only_says: bool = False) -> Listed:
    """Soonest first, those under way included; of a calendar also those just over, the last one first.

    `only_says`: read no more of the events than `says` needs, at a fraction of the cost.
    """
    query = _published(calendar.id if calendar else None, only_says=only_says)
    now, first = clock.now(), (page - 1) * ON_ONE_PAGE
    coming = query.where(Event.ends_at > now).order_by(Event.starts_at, Event.id)
    found = session.scalars(coming.offset(first).limit(ON_ONE_PAGE + 1)).all()
    if calendar is None:
        return Listed(page, found)
    recent = query.where(Event.ends_at <= now).order_by(Event.starts_at.desc(), Event.id)
    return Listed(page, found, session.scalars(recent.limit(_RECENT)).all())


def _published(calendar_id: UUID | None, *, only_says: bool) -> Select[Event]:
    dated = Event.starts_at.is_not(None) & Event.time_zone.is_not(None)
    query = select(Event).options(joinedload(Event.places)).where(Event.state != EventState.DRAFT, dated)
    if only_says:
        query = query.options(raiseload(Event.calendar), load_only(*_SAYING, raiseload=True))
    return query if calendar_id is None else query.where(Event.calendar_id == calendar_id)


_SAYING = (
    Event.version,
    Event.state,
    Event.title,
    Event.ends_at,
    Event.registration_opens_at,
    Event.registration_closes_at,
)


def by_month(listed: Listed, reader: Reader) -> Listing:
    months = [(name, list(group)) for name, group in groupby(views(listed.coming[:ON_ONE_PAGE], reader), key=_month)]
    return Listing(months, listed.number, len(listed.coming) > ON_ONE_PAGE)


def views(events: Sequence[Event], reader: Reader) -> list[EventView]:
    return [EventView(event, reader) for event in events]


def _month(view: EventView) -> str:
    return month_name(view.span.starts, view.span.locale) if view.span else ""


def all_calendars(session: Session) -> Sequence[Calendar]:
    return session.scalars(select(Calendar).order_by(Calendar.title)).all()


def calendar_says(calendar: Calendar) -> Hashable:
    look = calendar.website, calendar.accent_colour, calendar.logo_digest
    return calendar.slug, calendar.title, calendar.organisation, calendar.language, calendar.description, look
