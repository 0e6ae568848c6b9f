"""The programme as a page shows it: lines with clock times, in groups of one day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from services.api.pages.moments import Span
from services.api.pages.reader import Reader
from shared.models import Event, ProgrammeItem
from shared.moments import clock_text
from shared.programme import Slot, slots


@dataclass(frozen=True)
class ProgrammeLine:
    """`clock` in the event's zone; `their_clock` in the reader's, with the days it lies ahead or behind."""

    item: ProgrammeItem
    starts_at: datetime | None = None
    clock: str | None = None
    their_clock: str | None = None
    their_days: int = 0


@dataclass(frozen=True)
class ProgrammeDay:
    number: int
    lines: list[ProgrammeLine]
    span: Span | None

    @property
    def date(self) -> str | None:
        if self.span is None:
            return None
        day = self.span.starts.date() + timedelta(days=self.number - 1)
        return str(format_skeleton("MMMMEEEEd", day, locale=self.span.locale))


def programme_lines(event: Event, reader: Reader) -> list[ProgrammeLine]:
    if event.starts_at is None or event.time_zone is None:
        return [ProgrammeLine(item) for item in event.programme]
    times = slots(event.programme, starts_at=event.starts_at, time_zone=event.time_zone)
    return [_line(item, slot, event.time_zone, reader) for item, slot in zip(event.programme, times, strict=True)]


def _line(item: ProgrammeItem, slot: Slot | None, zone: str, reader: Reader) -> ProgrammeLine:
    if slot is None:
        return ProgrammeLine(item)
    here = slot.starts_at.astimezone(ZoneInfo(zone))
    line = ProgrammeLine(item, slot.starts_at, clock_text(here, reader.locale))
    if reader.zone is None:
        return line
    theirs = slot.starts_at.astimezone(ZoneInfo(reader.zone))
    if theirs.utcoffset() == here.utcoffset():
        return line
    days = (theirs.date() - here.date()).days
    return ProgrammeLine(item, slot.starts_at, line.clock, clock_text(theirs, reader.locale), days)
