"""Registrations over time, in bins that fit a screen."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from shared import clock
from shared.schemas.stats import CurvePoint
from shared.tallies import HOUR

_LONGEST_HOURLY = timedelta(days=7)
_LONGEST_SIX_HOURLY = timedelta(days=60)
MOST_POINTS = 300


def bins(begins_at: datetime, ends_at: datetime) -> timedelta:
    """Hourly under a week, six-hourly up to 60 days, daily or coarser beyond: at most 300 points."""
    span = ends_at - begins_at
    if span < _LONGEST_HOURLY:
        return timedelta(hours=1)
    if span < _LONGEST_SIX_HOURLY:
        return timedelta(hours=6)
    return timedelta(days=max(1, -(-span.days // MOST_POINTS)))


def curve(
    gained: Mapping[str, Mapping[str, int]], lost: Mapping[str, Mapping[str, int]], *, step: timedelta
) -> list[CurvePoint]:
    """From the first bin with a registration to now, without holes."""
    new, gone = _binned(gained, step), _binned(lost, step)
    if not new and not gone:
        return []
    at, active, points = min(new | gone), 0, []
    while at <= clock.now():
        active += new.get(at, 0) - gone.get(at, 0)
        points.append(CurvePoint(at=at, active=active, new=new.get(at, 0), cancelled=gone.get(at, 0)))
        at += step
    return points


def _binned(by_hour: Mapping[str, Mapping[str, int]], step: timedelta) -> dict[datetime, int]:
    binned: dict[datetime, int] = {}
    for hour, counts in by_hour.items():
        instant = datetime.strptime(hour, HOUR).replace(tzinfo=UTC)
        at = datetime.fromtimestamp(instant.timestamp() // step.total_seconds() * step.total_seconds(), UTC)
        binned[at] = binned.get(at, 0) + sum(counts.values())
    return binned
