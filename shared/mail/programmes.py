"""The programme and its people as a mail shows them: with clock times, and no longer than a mail may be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from markupsafe import escape

from shared.mail import times
from shared.mail.times import Span
from shared.models import Person, ProgrammeItem
from shared.programme import Slot, slots

_PEOPLE_SHOWN = 8
# Octets of HTML. Gmail cuts a mail at 102 KB; the event page has no such limit.
_PROGRAMME_ROOM = 50_000
_LINE_FRAME, _PERSON_FRAME = 700, 100


@dataclass(frozen=True, slots=True)
class PersonView:
    part: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class People:
    """The first few, and how many more there are."""

    shown: tuple[PersonView, ...]
    others: int

    def octets(self) -> int:
        return sum(_octets(person.name) + _octets(person.about) + _PERSON_FRAME for person in self.shown)


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """`clock` is the event's; `own_clock` the reader's where it differs, with the weekday if that is another."""

    day: int
    title: str
    minutes: int | None
    clock: str | None
    own_clock: str | None
    people: People

    def octets(self) -> int:
        return _LINE_FRAME + _octets(self.title) + self.people.octets()


@dataclass(frozen=True, slots=True)
class ProgrammeDay:
    """`label` is the date, where there are several."""

    label: str | None
    lines: tuple[ProgrammeLine, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """`is_cut` where the rest must be read on the event page."""

    days: tuple[ProgrammeDay, ...]
    is_cut: bool


def people_view(people: Sequence[Person]) -> People:
    shown = tuple(PersonView(person.part, person.name, _about(person)) for person in people[:_PEOPLE_SHOWN])
    return People(shown, others=max(0, len(people) - _PEOPLE_SHOWN))


def _about(person: Person) -> str:
    """A role such as "Mayor of Tunis" says the city already."""
    said = ""
    for text in filter(None, (person.role, person.organisation, person.city)):
        if text.casefold() not in said.casefold():
            said = f"{said}, {text}" if said else text
    return said


def programme_view(
    items: Sequence[ProgrammeItem], span: Span | None, *, own_zone: str | None, language: str
) -> ProgrammeView:
    """`own_zone` only where the reader's clock differs."""
    known: list[Slot | None] = [None] * len(items)
    if span is not None:
        known = slots(items, starts_at=span.starts_at, time_zone=span.zone)
    lines = [_line(item, slot, span, own_zone, language) for item, slot in zip(items, known, strict=True)]
    shown = list(_within_room(lines))
    return ProgrammeView(_days(shown, span, language), is_cut=len(shown) < len(items))


def _line(
    item: ProgrammeItem, slot: Slot | None, span: Span | None, own_zone: str | None, language: str
) -> ProgrammeLine:
    clock = own_clock = None
    if slot is not None and span is not None:
        there = slot.starts_at.astimezone(times.clocks(span.zone))
        clock = times.clock(there, language)
        own_clock = _own_clock(there, own_zone, language) if own_zone else None
    return ProgrammeLine(item.day, item.title, item.minutes, clock, own_clock, people_view(item.people))


def _own_clock(there: datetime, own_zone: str, language: str) -> str:
    here = there.astimezone(times.clocks(own_zone))
    shown = times.clock(here, language)
    return shown if here.date() == there.date() else f"{times.weekday(here, language)} {shown}"


def _octets(text: str) -> int:
    return len(str(escape(text)).encode())


def _within_room(lines: Sequence[ProgrammeLine]) -> Iterator[ProgrammeLine]:
    taken = 0
    for line in lines:
        taken += line.octets()
        if taken > _PROGRAMME_ROOM:
            return
        yield line


def _days(lines: Sequence[ProgrammeLine], span: Span | None, language: str) -> tuple[ProgrammeDay, ...]:
    grouped = [(number, tuple(group)) for number, group in groupby(lines, key=lambda line: line.day)]
    if span is None or len(grouped) < 2:
        return tuple(ProgrammeDay(None, group) for _, group in grouped)
    first = span.on_the_clocks_of(span.zone)[0].date()
    return tuple(
        ProgrammeDay(times.day(first + timedelta(days=number - 1), language, with_year=False), group)
        for number, group in grouped
    )
