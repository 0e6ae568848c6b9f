"""What a call sheet tells a speaker: when they speak, on both clocks, between whom, and what has changed for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.mail import times
from shared.mail.programmes import People, people_view
from shared.mail.times import Span
from shared.mail.views import EventView, When
from shared.models import Event, ProgrammeItem
from shared.programme import Slot, slots


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The item before or after, and who is in it."""

    title: str
    people: People


@dataclass(frozen=True, slots=True)
class SheetSlot:
    """One part of theirs. `clock` is the event's, without a date; all three are None while the start is not known."""

    title: str
    clock: str | None
    when: When | None
    before: Neighbour | None
    after: Neighbour | None


@dataclass(frozen=True, slots=True)
class SheetChange:
    """`before` and `now` are the times, None where it was not or is no longer theirs; `is_…_open`: theirs, at a time
    that nobody knows yet."""

    title: str
    before: When | None
    now: When | None
    is_before_open: bool
    is_now_open: bool


@dataclass(frozen=True, slots=True)
class CallSheet:
    """`is_other`: what has changed is not their time, but what all of it is called, where it is, or how one gets in."""

    slots: tuple[SheetSlot, ...]
    changes: tuple[SheetChange, ...]
    is_changed: bool
    is_other: bool
    moderators: People
    room_url: str | None


SlotFacts = Mapping[str, Any]


def call_sheet(event: Event, facts: Mapping[str, Any], view: EventView, *, language: str) -> CallSheet:
    """`facts["slots"]`: `[{title, starts_at, ends_at}]`, moments in ISO 8601, or null where nobody knows them; where
    they have been told of others before (`changed`), those are `before`."""
    reader, slots_now = _Reader(view, language), facts.get("slots", [])
    is_changed = bool(facts.get("changed"))
    return CallSheet(
        slots=tuple(_slot(event, one, reader) for one in slots_now),
        changes=tuple(_changes(facts.get("before") or [], slots_now, reader)) if is_changed else (),
        is_changed=is_changed,
        is_other=bool(facts.get("is_other")),
        moderators=people_view([person for person in event.people if person.part == "moderator"]),
        room_url=event.room_url,
    )


def _changes(before: Sequence[SlotFacts], now: Sequence[SlotFacts], reader: "_Reader") -> Iterator[SheetChange]:
    """What is the same in both is left out; of the rest, what is called the same is the same part."""
    old = [slot for slot in before if slot not in now]
    for slot in [slot for slot in now if slot not in before]:
        former = next((one for one in old if one["title"] == slot["title"]), None)
        if former is not None:
            old.remove(former)
        yield _change(slot["title"], former, slot, reader)
    for slot in old:
        yield _change(slot["title"], slot, None, reader)


def _change(title: str, before: SlotFacts | None, now: SlotFacts | None, reader: "_Reader") -> SheetChange:
    former, current = (reader.when(slot) if slot else None for slot in (before, now))
    is_before_open, is_now_open = before is not None and former is None, now is not None and current is None
    return SheetChange(title, former, current, is_before_open, is_now_open)


class _Reader:
    """Whose clocks the moments are told on."""

    def __init__(self, view: EventView, language: str) -> None:
        self.zone = view.span.zone if view.span else "UTC"
        self.own_zone, self.language = view.own_zone, language

    def when(self, slot: SlotFacts) -> When | None:
        span = self._span(slot)
        if span is None:
            return None
        if span.ends_at <= span.starts_at:
            return self._start(span)
        here = times.own_period(span, self.own_zone, self.language) if self.own_zone else None
        return When(times.period(span, self.language), here)

    def _start(self, span: Span) -> When:
        """Where nobody has said how long it takes."""
        there = times.moment(span.starts_at, span.zone, self.language)
        here = times.moment(span.starts_at, self.own_zone, self.language) if self.own_zone else None
        has_other_clock = self.own_zone and times.own_period(span, self.own_zone, self.language)
        return When(there, here if has_other_clock else None)

    def clock(self, slot: Mapping[str, Any]) -> str | None:
        """ "15:20–15:32 (Madrid, UTC+2)"."""
        span = self._span(slot)
        if span is None:
            return None
        start, end = span.on_the_clocks_of(self.zone)
        until = f"–{times.clock(end, self.language)}" if end > start else ""
        place = times.place_and_offset(start, self.zone, self.language)
        return f"{times.clock(start, self.language)}{until} ({place})"

    def _span(self, slot: Mapping[str, Any]) -> Span | None:
        if not slot.get("starts_at"):
            return None
        starts_at = datetime.fromisoformat(slot["starts_at"])
        ends_at = datetime.fromisoformat(slot["ends_at"]) if slot.get("ends_at") else starts_at
        return Span(starts_at, ends_at, self.zone)


def _slot(event: Event, slot: Mapping[str, Any], reader: _Reader) -> SheetSlot:
    before, after = _neighbours(event, slot)
    return SheetSlot(slot["title"], reader.clock(slot), reader.when(slot), before, after)


def _neighbours(event: Event, slot: Mapping[str, Any]) -> tuple[Neighbour | None, Neighbour | None]:
    place = _place_of(event, slot)
    if place is None:
        return None, None
    items: Sequence[ProgrammeItem] = event.programme
    day = items[place].day
    before = items[place - 1] if place > 0 and items[place - 1].day == day else None
    after = items[place + 1] if place + 1 < len(items) and items[place + 1].day == day else None
    return _neighbour(before), _neighbour(after)


def _neighbour(item: ProgrammeItem | None) -> Neighbour | None:
    return Neighbour(item.title, people_view(item.people)) if item else None


def _place_of(event: Event, slot: Mapping[str, Any]) -> int | None:
    """Where it stands in the programme: by its title, and by its start where several are called the same."""
    named = [place for place, item in enumerate(event.programme) if item.title == slot["title"]]
    if len(named) < 2 or not slot.get("starts_at") or event.starts_at is None or event.time_zone is None:
        return named[0] if named else None
    known = slots(event.programme, starts_at=event.starts_at, time_zone=event.time_zone)
    starts_at = datetime.fromisoformat(slot["starts_at"])
    starts = [found.starts_at if (found := known[place]) else None for place in named]
    return named[starts.index(starts_at)] if starts_at in starts else named[0]


def sample_slots(event: Event, items: Sequence[ProgrammeItem]) -> list[dict[str, Any]]:
    """The slots of these items as a message keeps them, to show what a call sheet would say."""
    found: Sequence[Slot | None] = [None] * len(event.programme)
    if event.starts_at is not None and event.time_zone is not None:
        found = slots(event.programme, starts_at=event.starts_at, time_zone=event.time_zone)
    return [_as_kept(item, slot) for item, slot in zip(event.programme, found, strict=True) if item in items]


def _as_kept(item: ProgrammeItem, slot: Slot | None) -> dict[str, Any]:
    starts_at, ends_at = (slot.starts_at, slot.ends_at) if slot else (None, None)
    return {
        "title": item.title,
        "starts_at": starts_at.isoformat() if starts_at else None,
        "ends_at": ends_at.isoformat() if ends_at else None,
    }
