"""Moments in words, in the reader's language: the day, the clock, and always the place and offset they are meant in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta

from shared import moments
from shared.timezones import offset_text
from shared.translations import translations

_HOUR = timedelta(hours=1)
# From here on "tomorrow" says more than a number of hours.
_HOURS_COUNTED = timedelta(hours=12)
# Python itself keeps the eight it met last, and reads the others from their files again and again.
clocks = lru_cache(maxsize=1024)(ZoneInfo)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, and the zone whose clocks people go by. The moments are aware."""

    starts_at: datetime
    ends_at: datetime
    zone: str

    def on_the_clocks_of(self, zone: str) -> tuple[datetime, datetime]:
        return self.starts_at.astimezone(clocks(zone)), self.ends_at.astimezone(clocks(zone))


def span_of(starts_at: datetime | None, ends_at: datetime | None, zone: str | None) -> Span | None:
    """None while any of the three is open."""
    return Span(starts_at, ends_at, zone) if starts_at and ends_at and zone else None


def day(moment: date, language: str, *, with_year: bool = True) -> str:
    return moments.full_day(moment, moments.formats(language), with_year=with_year)


def short_day(moment: date, language: str) -> str:
    """ "22 Jul 2026", for subjects."""
    return format_date(moment, "medium", locale=moments.formats(language))


def weekday(moment: date, language: str) -> str:
    return moments.weekday(moment, moments.formats(language))


def clock(moment: datetime, language: str) -> str:
    return moments.clock_text(moment, moments.formats(language))


def place(zone: str, language: str) -> str:
    return moments.place(zone, moments.formats(language))


def place_and_offset(moment: datetime, zone: str, language: str) -> str:
    """ "Madrid, UTC+2": never an abbreviation, because those mean different hours to different people."""
    return "UTC" if zone == "UTC" else f"{place(zone, language)}, {offset_text(moment, zone)}"


def period(span: Span, language: str, *, with_year: bool = True) -> str:
    """ "Wednesday 22 July 2026, 15:00–16:30 (Madrid, UTC+2)"; the end has its own date, and offset, if they differ."""
    start, end = span.on_the_clocks_of(span.zone)
    first, last = (place_and_offset(moment, span.zone, language) for moment in (start, end))
    begins = f"{day(start, language, with_year=with_year)}, {clock(start, language)}"
    until, dash = clock(end, language), "–"
    if start.date() != end.date():
        until, dash = f"{day(end, language, with_year=with_year)}, {until}", " – "
    if first != last:
        return f"{begins} ({first}) – {until} ({last})"
    return f"{begins}{dash}{until} ({first})"


def moment(instant: datetime, zone: str, language: str) -> str:
    """ "Wednesday 22 July 2026, 15:00 (Madrid, UTC+2)"."""
    there = instant.astimezone(clocks(zone))
    return f"{day(there, language)}, {clock(there, language)} ({place_and_offset(there, zone, language)})"


def own_period(span: Span, own_zone: str, language: str) -> str | None:
    """The same on the reader's own clock, with the dates if they differ; None where both clocks show the same."""
    there, here = span.on_the_clocks_of(span.zone), span.on_the_clocks_of(own_zone)
    if [moment.utcoffset() for moment in there] == [moment.utcoffset() for moment in here]:
        return None
    if len({moment.date() for moment in (*there, *here)}) > 1:
        return period(Span(span.starts_at, span.ends_at, own_zone), language, with_year=False)
    start, end = here
    return f"{clock(start, language)}–{clock(end, language)} ({place_and_offset(start, own_zone, language)})"


def time_left(now: datetime, starts_at: datetime, zone: str, language: str) -> str:
    """ "in 12 minutes", "in 4 hours", "tomorrow", "in 3 days": true at `now` for whoever lives by the zone's clock.

    Nobody comes late by it: hours are rounded down, unless less than ten minutes are missing.
    """
    # A started minute counts, so that the reminder of an hour before, a moment late, still says an hour.
    minutes = max(1, -((now - starts_at) // timedelta(minutes=1)))
    if minutes < 120:
        return _ahead(timedelta(minutes=minutes), language, granularity="hour" if minutes == 60 else "minute")
    days = (starts_at.astimezone(clocks(zone)).date() - now.astimezone(clocks(zone)).date()).days
    if starts_at - now < _HOURS_COUNTED or days == 0:
        return _ahead((minutes + 10) // 60 * _HOUR, language, granularity="hour")
    if days == 1:
        return translations(language).gettext("tomorrow")
    return _ahead(timedelta(days=days), language, granularity="day")


@lru_cache(maxsize=4096)
def _ahead(length: timedelta, language: str, *, granularity: str) -> str:
    return format_timedelta(
        length,
        granularity=granularity,  # type: ignore[arg-type]
        threshold=1000,
        add_direction=True,
        locale=moments.formats(language),
    )
