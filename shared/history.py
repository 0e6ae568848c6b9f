"""What the calendar's earlier events tell: how they filled up, and how many of those with a place joined."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, tallies
from shared.models import Event, EventState, EventTally
from shared.schemas.stats import Forecast

# The last so many count: an audience changes over the years. Fewer than the least tell nothing.
MOST_EVENTS, LEAST_EVENTS = 6, 3


class Aligned(NamedTuple):
    """`active` registrations so long before the start; negative after it."""

    before_start: timedelta
    active: int


def earlier(session: Session, event: Event, *, most: int = MOST_EVENTS) -> list[Event]:
    """The calendar's events that took place before this one, latest first."""
    took_place = (
        Event.calendar_id == event.calendar_id,
        Event.id != event.id,
        Event.state == EventState.PUBLISHED,
        Event.ends_at < min(clock.now(), event.starts_at or clock.now()),
    )
    return list(session.scalars(select(Event).where(*took_place).order_by(Event.starts_at.desc()).limit(most)))


def aligned(session: Session, event: Event) -> list[Aligned]:
    """By whole hours, earliest first; empty without a start or a registration."""
    if event.starts_at is None:
        return []
    steps = _steps(session, event.id)
    active, points = 0, []
    for at in sorted(steps):
        active += steps[at]
        points.append(Aligned(event.starts_at - (at + timedelta(hours=1)), active))
    return points


def active_at(points: Sequence[Aligned], before_start: timedelta) -> int:
    """How many there were so long before the start."""
    return next((point.active for point in reversed(points) if point.before_start >= before_start), 0)


def _steps(session: Session, event_id: UUID) -> dict[datetime, int]:
    query = select(EventTally.dimension, EventTally.value, func.sum(EventTally.count)).where(
        EventTally.event_id == event_id, EventTally.dimension.in_([tallies.GAINED, tallies.LOST])
    )
    steps: dict[datetime, int] = {}
    for dimension, hour, count in session.execute(query.group_by(EventTally.dimension, EventTally.value)):
        at = datetime.strptime(hour, tallies.HOUR).replace(tzinfo=UTC)
        steps[at] = steps.get(at, 0) + (count if dimension == tallies.GAINED else -count)
    return steps


def joined(session: Session, event_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many came through their join links, for those events where anybody did."""
    query = select(EventTally.event_id, func.sum(EventTally.count)).where(
        EventTally.event_id.in_(event_ids), EventTally.dimension == tallies.JOINED
    )
    return {event_id: int(count) for event_id, count in session.execute(query.group_by(EventTally.event_id))}


def forecast(session: Session, event: Event) -> tuple[Forecast | None, int]:
    """How many will join, and how many earlier events there were to go by.

    Each earlier event says how many joined for each registration it had as long before its start; the lowest, the
    middle and the highest of these ratios times today's registrations are the answer.
    """
    before = event.starts_at - clock.now() if event.starts_at else timedelta(0)
    past = earlier(session, event)
    came = joined(session, [one.id for one in past])
    ratios = [came[one.id] / had for one in past if one.id in came and (had := _had(session, one, before))]
    if len(ratios) < LEAST_EVENTS:
        return None, len(ratios)
    low, mid, high = (round(event.places.taken * ratio) for ratio in (min(ratios), median(ratios), max(ratios)))
    return Forecast(low=low, mid=mid, high=high, basis_events=len(ratios)), len(ratios)


def _had(session: Session, event: Event, before: timedelta) -> int:
    return active_at(aligned(session, event), before)
