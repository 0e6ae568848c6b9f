"""Moments on the event's clock: typed as the wall shows them there, kept as instants."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.dashboard import formatting
from shared import clock
from shared.errors import TimeAmbiguous, TimeInGap
from shared.timezones import to_utc


def wall_clock(instant: datetime | None, zone: str) -> datetime | None:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if instant else None


def instant_of(wall: datetime, zone: str) -> datetime | str:
    """The instant; or what is wrong with the time, where the clocks there skip it. Of two, the earlier."""
    try:
        return to_utc(wall, zone)
    except TimeAmbiguous:
        return to_utc(wall, zone, fold=0)
    except TimeInGap as problem:
        return problem.message


def words(instant: datetime, zone: str) -> str:
    """On the event's clock, in UTC where that differs, and how far away."""
    there = formatting.moment_in(instant, zone)
    utc = "" if formatting.is_same_clock(instant, zone, "UTC") else f", which is {formatting.clock_time(instant)}"
    return f"{there}{utc} · {distance(instant)}"


def distance(instant: datetime) -> str:
    length = instant - clock.now()
    return f"in {formatting.span(length)}" if length.total_seconds() > 0 else f"{formatting.span(-length)} ago"
