"""What the calendar's earlier events tell: how they filled up, and how many of those with a place joined."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, tallies
from shared.models import Event, EventState, EventTally
from shared.schemas.stats import Forecast, PreviousEvent, PreviousPoint

# The last so many count: an audience changes over the years. Fewer than the least tell nothing.
MOST_EVENTS, LEAST_EVENTS = 6, 3
MOST_POINTS = 120
# Of so many it is looked for those that people joined by their links.
_LOOKED_AT = 2 * MOST_EVENTS
# What is over hardly changes any more.
_KEPT_FOR = timedelta(minutes=1)
_MOST_KEPT = 64
_HOUR = timedelta(hours=1)


class Aligned(NamedTuple):
    """`active` registrations so long before the start; negative after it."""

    before_start: timedelta
    active: int


class Past(NamedTuple):
    """An event that is over. `joined` counts those who came through their links."""

    id: UUID
    title: str
    starts_at: datetime
    points: Sequence[Aligned]
    joined: int


_kept: dict[tuple[UUID, datetime | None], tuple[datetime, list[Past]]] = {}


def earlier(session: Session, event: Event, *, most: int = MOST_EVENTS) -> list[Event]:
    """The calendar's events that took place before this one, latest first."""
    took_place = (
        Event.calendar_id == event.calendar_id,
        Event.id != event.id,
        Event.state == EventState.PUBLISHED,
        Event.ends_at < min(clock.now(), event.starts_at or clock.now()),
    )
    return list(session.scalars(select(Event).where(*took_place).order_by(Event.starts_at.desc()).limit(most)))


def past(session: Session, event: Event) -> list[Past]:
    """The same with their numbers, as they were within this minute."""
    key, now = (event.id, event.starts_at), clock.now()
    read_at, found = _kept.get(key, (None, []))
    if read_at is None or not timedelta(0) <= now - read_at < _KEPT_FOR:
        found = _read(session, event)
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = now, found
    return found


def _read(session: Session, event: Event) -> list[Past]:
    events = earlier(session, event, most=_LOOKED_AT)
    ids = [one.id for one in events]
    steps, came = _steps(session, ids), joined(session, ids)
    return [
        Past(one.id, one.title, one.starts_at, _aligned(one.starts_at, steps[one.id]), came.get(one.id, 0))
        for one in events
        if one.starts_at is not None
    ]


def aligned(session: Session, event: Event) -> list[Aligned]:
    """By whole hours, earliest first; empty without a start or a registration."""
    return _aligned(event.starts_at, _steps(session, [event.id])[event.id]) if event.starts_at else []


def _aligned(starts_at: datetime, steps: dict[datetime, int]) -> list[Aligned]:
    active, points = 0, []
    for at in sorted(steps):
        active += steps[at]
        points.append(Aligned(starts_at - (at + _HOUR), active))
    return points


def active_at(points: Sequence[Aligned], before_start: timedelta) -> int:
    """How many there were so long before the start."""
    later = bisect_right(points, -before_start, key=lambda point: -point.before_start)
    return points[later - 1].active if later else 0


def _steps(session: Session, event_ids: Sequence[UUID]) -> dict[UUID, dict[datetime, int]]:
    """By how much the number with a place changed, by event and hour."""
    cell = (EventTally.event_id, EventTally.dimension, EventTally.value)
    of_places = EventTally.dimension.in_([tallies.GAINED, tallies.LOST])
    query = select(*cell, func.sum(EventTally.count)).where(EventTally.event_id.in_(event_ids), of_places)
    steps: dict[UUID, dict[datetime, int]] = {event_id: {} for event_id in event_ids}
    for event_id, dimension, hour, count in session.execute(query.group_by(*cell)):
        at, of_event = tallies.instant(hour), steps[event_id]
        of_event[at] = of_event.get(at, 0) + (count if dimension == tallies.GAINED else -count)
    return steps


def joined(session: Session, event_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many came through their join links, for those events where anybody did."""
    query = select(EventTally.event_id, func.sum(EventTally.count)).where(
        EventTally.event_id.in_(event_ids), EventTally.dimension == tallies.JOINED
    )
    return {event_id: int(count) for event_id, count in session.execute(query.group_by(EventTally.event_id))}


def forecast(session: Session, event: Event) -> tuple[Forecast | None, int]:
    """How many will join, and how many earlier events there were to go by.

    Each earlier event says which part of those with a place joined; the lowest, the middle and the highest of these
    parts, of those who have a place today, are the answer. Nothing, of an event without join links.
    """
    if not event.is_online:
        return None, 0
    told = [one for one in past(session, event) if one.joined and one.points and one.points[-1].active > 0]
    parts = [min(1.0, one.joined / one.points[-1].active) for one in told[:MOST_EVENTS]]
    if len(parts) < LEAST_EVENTS:
        return None, len(parts)
    low, mid, high = (round(event.places.taken * part) for part in (min(parts), median(parts), max(parts)))
    return Forecast(low=low, mid=mid, high=high, basis_events=len(parts)), len(parts)


def previous(session: Session, event: Event) -> PreviousEvent | None:
    """The last event before this one that anybody registered for, moved to this event's time."""
    last = next((one for one in past(session, event) if one.points), None)
    if event.starts_at is None or last is None:
        return None
    starts_at = event.starts_at
    return PreviousEvent(
        id=last.id,
        title=last.title,
        starts_at=last.starts_at,
        at_this_point=active_at(last.points, starts_at - clock.now()),
        total=last.points[-1].active,
        curve=[PreviousPoint(at=starts_at - point.before_start, active=point.active) for point in thinned(last.points)],
    )


def thinned(points: Sequence[Aligned], most: int = MOST_POINTS) -> list[Aligned]:
    """At most so many, evenly spread over the time, first and last among them."""
    if len(points) <= most:
        return list(points)
    first, last = points[0].before_start, points[-1].before_start
    moments = [first + (last - first) * number / (most - 1) for number in range(most - 1)]
    return [*(Aligned(moment, active_at(points, moment)) for moment in moments), points[-1]]
