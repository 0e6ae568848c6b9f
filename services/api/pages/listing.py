"""The lists of events on the home page and on a calendar's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from services.api.pages.event_view import EventView
from services.api.pages.moments import month_name
from services.api.pages.reader import Reader
from shared import clock
from shared.models import Calendar, Event, EventState

ON_ONE_PAGE = 50
_RECENT = 12


@dataclass(frozen=True)
class Listing:
    """One page of coming events, by month; `has_more` where another page follows."""

    months: list[tuple[str, list[EventView]]]
    number: int
    has_more: bool


def _published() -> Select[Event]:
    dated = Event.starts_at.is_not(None) & Event.time_zone.is_not(None)
    return select(Event).options(joinedload(Event.places)).where(Event.state != EventState.DRAFT, dated)


def coming(session: Session, reader: Reader, *, page: int, calendar_id: UUID | None = None) -> Listing:
    """Soonest first, those under way included."""
    query = _published().where(Event.ends_at > clock.now()).order_by(Event.starts_at, Event.id)
    if calendar_id is not None:
        query = query.where(Event.calendar_id == calendar_id)
    found = session.scalars(query.offset((page - 1) * ON_ONE_PAGE).limit(ON_ONE_PAGE + 1)).all()
    return Listing(_by_month(found[:ON_ONE_PAGE], reader), page, len(found) > ON_ONE_PAGE)


def recent(session: Session, reader: Reader, calendar_id: UUID) -> list[EventView]:
    """Those just over, the last one first."""
    query = _published().where(Event.calendar_id == calendar_id, Event.ends_at <= clock.now())
    found = session.scalars(query.order_by(Event.starts_at.desc(), Event.id).limit(_RECENT))
    return [EventView(event, reader) for event in found]


def _by_month(found: Sequence[Event], reader: Reader) -> list[tuple[str, list[EventView]]]:
    views = [EventView(event, reader) for event in found]
    return [(name, list(group)) for name, group in groupby(views, key=_month)]


def _month(view: EventView) -> str:
    return month_name(view.span.starts, view.span.locale) if view.span else ""


def all_calendars(session: Session) -> Sequence[Calendar]:
    return session.scalars(select(Calendar).order_by(Calendar.title)).all()
