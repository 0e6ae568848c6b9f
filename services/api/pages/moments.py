"""Dates and times in words: never without their zone, and beside them the reader's own where it differs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton

from shared.models import Event
from shared.moments import clock_text, full_day, place, weekday
from shared.timezones import offset_text


@dataclass(frozen=True)
class Span:
    """From one instant to another on the clocks of one place."""

    starts_at: datetime
    ends_at: datetime | None
    zone: str
    locale: Locale

    @property
    def starts(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def ends(self) -> datetime | None:
        return self.ends_at.astimezone(ZoneInfo(self.zone)) if self.ends_at else None

    @property
    def ends_another_day(self) -> bool:
        """A meeting that runs past midnight still reads as one evening; from the next noon on it is several days."""
        return self.ends is not None and self.ends.date() != self.starts.date() and self._length > timedelta(hours=12)

    @property
    def _length(self) -> timedelta:
        return self.ends_at - self.starts_at if self.ends_at else timedelta(0)

    @property
    def day(self) -> str:
        """The whole date with its weekday."""
        return full_day(self.starts.date(), self.locale)

    @property
    def last_day(self) -> str:
        return full_day(self.ends.date(), self.locale) if self.ends else self.day

    @property
    def short_day(self) -> str:
        return short_day(self.starts.date(), self.locale)

    @property
    def weekday(self) -> str:
        return weekday(self.starts.date(), self.locale)

    @property
    def clock(self) -> str:
        return clock_text(self.starts, self.locale)

    @property
    def last_clock(self) -> str:
        return clock_text(self.ends, self.locale) if self.ends else ""

    @property
    def hours(self) -> str:
        """`15:00–16:30`; only the start where the end is another day or not known."""
        return f"{self.clock}–{self.last_clock}" if self.ends and not self.ends_another_day else self.clock

    @property
    def place(self) -> str:
        return place(self.zone, self.locale)

    @property
    def offset(self) -> str:
        return offset_text(self.starts_at, self.zone)

    @property
    def where(self) -> str:
        """The place with the offset in force on that day."""
        return self.place if self.place == self.offset else f"{self.place} ({self.offset})"

    @property
    def whole(self) -> str:
        """Date, hours, place and offset in one line."""
        until = f" – {self.last_day}, {self.last_clock}" if self.ends_another_day else ""
        return f"{self.day}, {self.hours}{until}, {self.where}"

    def days_from(self, other: "Span") -> int:
        """How many days later this clock's date is than the other's at the start."""
        return (self.starts.date() - other.starts.date()).days


def span_of(event: Event, locale: Locale) -> Span | None:
    if event.starts_at is None or event.time_zone is None:
        return None
    return Span(event.starts_at, event.ends_at, event.time_zone, locale)


def reader_span(span: Span | None, zone: str | None) -> Span | None:
    """The same on the reader's clocks; None where those show the same time, or nobody knows them."""
    if span is None or zone is None:
        return None
    theirs = Span(span.starts_at, span.ends_at, zone, span.locale)
    if (theirs.starts.utcoffset(), _offset_at_end(theirs)) == (span.starts.utcoffset(), _offset_at_end(span)):
        return None
    return theirs


def _offset_at_end(span: Span) -> timedelta | None:
    return span.ends.utcoffset() if span.ends else None


def short_day(day: date, locale: Locale) -> str:
    return str(format_skeleton("MMMEd", day, locale=locale))


def month_name(moment: datetime, locale: Locale) -> str:
    name = str(format_skeleton("yMMMM", moment, locale=locale))
    return name[:1].upper() + name[1:]


def utc_text(moment: datetime | None) -> str:
    """For machines that read the page (RFC 3339)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
