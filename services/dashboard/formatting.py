"""Numbers, lengths and moments in words. A time is never written without the place and offset it is meant in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.timezones import offset_text, place_name

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def count(number: int) -> str:
    return f"{number:,}"


def percent(share: float) -> str:
    """Never "100%" for what is not everything, nor "0%" for what is not nothing."""
    rounded = round(share * 100)
    if rounded == 100 and share < 1:
        return "99%"
    return "<1%" if rounded == 0 and share > 0 else f"{rounded}%"


def plural(number: int, one: str, many: str | None = None) -> str:
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def span(length: timedelta) -> str:
    """The two largest units: "1 d 16 h", "16 h 43 min", "12 min", "45 s"."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return _two_units(seconds, _HOUR, "h", _MINUTE, "min")
    return _two_units(seconds, _DAY, "d", _HOUR, "h")


def _two_units(seconds: int, large: int, large_name: str, small: int, small_name: str) -> str:
    whole, rest = divmod(seconds, large)
    part = rest // small
    return f"{whole} {large_name} {part} {small_name}" if part else f"{whole} {large_name}"


def age(moment: datetime, now: datetime) -> str:
    """How long ago in one unit, short enough for a list; the day for what is older than one."""
    seconds = int((now - moment).total_seconds())
    if seconds < 5:
        return "now"
    if seconds >= _DAY:
        return f"{moment.astimezone(UTC):%-d %b}"
    unit, name = next((unit, name) for unit, name in ((_HOUR, "h"), (_MINUTE, "min"), (1, "s")) if seconds >= unit)
    return f"{seconds // unit} {name}"


def clock_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def place(moment: datetime, zone: str) -> str:
    """ "Barcelona (UTC+2)": where the clock hangs and what it shows against UTC at that moment."""
    return f"{place_name(zone)} ({offset_text(moment, zone)})" if zone != "UTC" else "UTC"


def moment_in(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %-d %b %Y, %H:%M} {place(moment, zone)}"


def period_in(starts_at: datetime, ends_at: datetime | None, zone: str) -> str:
    """Start and end on the clock of one place, the end's date only where it differs."""
    if ends_at is None:
        return moment_in(starts_at, zone)
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %-d %b, %H:%M}"
    return f"{start:%a %-d %b %Y, %H:%M}–{until} {place(starts_at, zone)}"


def is_same_clock(moment: datetime, zone: str, other: str) -> bool:
    return moment.astimezone(ZoneInfo(zone)).utcoffset() == moment.astimezone(ZoneInfo(other)).utcoffset()
