"""Registrations over time, in bins that fit a screen, and since when every place is taken."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Interval, bindparam, case, func, literal_column, select
from sqlalchemy.orm import Session

from shared import clock, tallies
from shared.models import Event, EventTally
from shared.schemas.stats import CurvePoint

_LONGEST_HOURLY = timedelta(days=7)
_LONGEST_SIX_HOURLY = timedelta(days=60)
MOST_POINTS = 300

_OF_EVENT = EventTally.event_id == bindparam("event_id"), EventTally.dimension.in_([tallies.GAINED, tallies.LOST])
_is_gained = EventTally.dimension == tallies.GAINED
# Put together by the database: rows are what costs here, and a month has hundreds of hours.
_bin = func.date_bin(
    bindparam("step", type_=Interval),
    func.to_timestamp(EventTally.value + ":00+00", 'YYYY-MM-DD"T"HH24:MITZH'),
    literal_column("'epoch'::timestamptz"),
)
_BINNED = (
    select(_bin, func.sum(EventTally.count).filter(_is_gained), func.sum(EventTally.count).filter(~_is_gained))
    .where(*_OF_EVENT, EventTally.count != 0)
    .group_by(literal_column("1"))
    .order_by(literal_column("1"))
)
_step = func.sum(case((_is_gained, EventTally.count), else_=-EventTally.count))
_RUNNING = (
    select(EventTally.value.label("hour"), func.sum(_step).over(order_by=EventTally.value).label("active"))
    .where(*_OF_EVENT)
    .group_by(EventTally.value)
    .cte("running")
)
_LAST_FREE = select(func.max(_RUNNING.c.hour)).where(_RUNNING.c.active < bindparam("places")).scalar_subquery()
_FULL = select(func.min(_RUNNING.c.hour)).where(_RUNNING.c.hour > func.coalesce(_LAST_FREE, ""))


def bins(begins_at: datetime, ends_at: datetime) -> timedelta:
    """Hourly under a week, six-hourly up to 60 days, daily or coarser beyond: at most 300 points."""
    span = ends_at - begins_at
    if span < _LONGEST_HOURLY:
        return timedelta(hours=1)
    if span < _LONGEST_SIX_HOURLY:
        return timedelta(hours=6)
    return timedelta(days=max(1, -(-span.days // MOST_POINTS)))


def curve(session: Session, event: Event, *, step: timedelta) -> list[CurvePoint]:
    """From the first bin with a registration to now, without holes."""
    rows = session.execute(_BINNED, {"event_id": event.id, "step": step})
    binned = {at.astimezone(UTC): (int(new or 0), int(gone or 0)) for at, new, gone in rows}
    if not binned:
        return []
    at, active, now, points = min(binned), 0, clock.now(), []
    while at <= now:
        new, gone = binned.get(at, (0, 0))
        active += new - gone
        points.append(CurvePoint(at=at, active=active, new=new, cancelled=gone))
        at += step
    return points


def full_since(session: Session, event: Event) -> datetime | None:
    """The hour in which the last place went, if none has come free since; None while one is."""
    places = event.places.places
    if not places or event.places.free:
        return None
    hour = session.scalar(_FULL, {"event_id": event.id, "places": places})
    return tallies.instant(hour) if hour else None
