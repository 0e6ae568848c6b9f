"""Adds up how long the event lasts, and says where the programme and the stated end do not agree."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from shared.announcements.days import Days
from shared.announcements.items import minutes_between
from shared.announcements.moments import Moment
from shared.announcements.notes import Notes
from shared.schemas.programme import ItemKind, ProgrammeItemFacts
from shared.timezones import in_zone


def event_minutes(
    programme: Sequence[ProgrammeItemFacts], moment: Moment, days: Days, *, stated: int | None, notes: Notes
) -> int | None:
    """The length from the programme where it says one, else from the stated end or duration."""
    if moment.ends is not None and (until_end := span_minutes(moment, days, moment.ends)) is not None:
        stated = until_end
    for position, item in enumerate(programme):
        if item.minutes is None and not _ends_day(programme, position):
            message = f"The programme does not say how long {item.title!r} takes. Add its minutes."
            notes.note("minutes-missing", message, about="programme", excerpt=item.title)
    planned = _planned(programme, moment, days)
    if planned is None:
        return stated
    if stated is not None and stated != planned:
        message = f"The programme takes {planned} minutes, the announcement says {stated}. Correct one of them."
        notes.doubt("minutes-do-not-add-up", message, about="minutes", excerpt=moment.time_text)
    return planned


def with_last_minutes(
    programme: Sequence[ProgrammeItemFacts], moment: Moment, *, stated: int | None
) -> list[ProgrammeItemFacts]:
    """The last item lasts until the stated end, where only its start is known."""
    items = list(programme)
    ends = moment.ends
    if ends is None and stated and moment.starts_at_local is not None and items and items[-1].day == 1:
        ends = _later(moment.starts_at_local.time(), stated)
    if items and ends is not None and items[-1].minutes is None and items[-1].starts_at_clock is not None:
        minutes = minutes_between(items[-1].starts_at_clock, ends)
        if 0 < minutes <= (60 if items[-1].kind is ItemKind.CLOSING else 8 * 60):
            items[-1] = items[-1].model_copy(update={"minutes": minutes})
    return items


def in_stated_half_of_day(
    programme: Sequence[ProgrammeItemFacts], starts: Collection[time]
) -> list[ProgrammeItemFacts]:
    """A programme from "1:30" on belongs to the afternoon of an event that starts at 13:30."""
    clocks = [item.starts_at_clock for item in programme if item.starts_at_clock is not None]
    if not clocks or max(clocks) >= time(12) or clocks[0] in starts or _later(clocks[0], 12 * 60) not in starts:
        return list(programme)
    return [_half_a_day_later(item) for item in programme]


def _half_a_day_later(item: ProgrammeItemFacts) -> ProgrammeItemFacts:
    if item.starts_at_clock is None:
        return item
    return item.model_copy(update={"starts_at_clock": _later(item.starts_at_clock, 12 * 60)})


def _ends_day(programme: Sequence[ProgrammeItemFacts], position: int) -> bool:
    """Whether the item is the "17:00 End" of its day, which takes no time."""
    item = programme[position]
    is_last = position + 1 == len(programme) or programme[position + 1].day != item.day
    return is_last and item.kind is ItemKind.CLOSING and item.starts_at_clock is not None


def _planned(programme: Sequence[ProgrammeItemFacts], moment: Moment, days: Days) -> int | None:
    if not programme:
        return None
    last = programme[-1]
    first_clock = programme[0].starts_at_clock
    ends_by_itself = last.minutes is not None or last.kind is ItemKind.CLOSING
    if last.starts_at_clock is not None and first_clock is not None and ends_by_itself:
        end_clock = _later(last.starts_at_clock, last.minutes or 0)
        starts = moment.starts_at_local.time() if moment.starts_at_local else first_clock
        starts = min(starts, first_clock) if programme[0].day == 1 else starts
        return _span(starts, end_clock, moment, days)
    if days.starts_on != days.ends_on or any(item.minutes is None for item in programme):
        return None
    return sum(item.minutes or 0 for item in programme) or None


def span_minutes(moment: Moment, days: Days, ends: time) -> int | None:
    """Minutes from the start to this time on the last day; the night is passed if it ends earlier than it starts."""
    if moment.starts_at_local is None:
        return None
    return _span(moment.starts_at_local.time(), ends, moment, days)


def _span(starts: time, ends: time, moment: Moment, days: Days) -> int:
    first = datetime.combine(days.starts_on, starts)
    last = datetime.combine(days.ends_on, ends)
    if last <= first:
        last += timedelta(days=1)
    if moment.time_zone is None:
        return round((last - first) / timedelta(minutes=1))
    # Counted between instants, for the clocks may change in between.
    elapsed = in_zone(last, moment.time_zone).timestamp() - in_zone(first, moment.time_zone).timestamp()
    return round(elapsed / 60)


def _later(clock: time, minutes: int) -> time:
    total = (clock.hour * 60 + clock.minute + minutes) % (24 * 60)
    return time(total // 60, total % 60)
