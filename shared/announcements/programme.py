"""Reads the programme: its items in order with day, clock time, minutes and people, and who moderates."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from shared.announcements.blocks import Block, Heading, Listing, Table, block_lines
from shared.announcements.clocks import find_clocks
from shared.announcements.dates import DateMention, find_dates
from shared.announcements.headings import day_number, is_day_heading
from shared.announcements.items import (
    ItemReading,
    cut_moderators,
    minutes_between,
    read_item,
    read_people,
    speakers_of_line,
)
from shared.announcements.labels import Label, labelled
from shared.announcements.lines import plain_line
from shared.announcements.minutes import cut_length
from shared.announcements.notes import Notes
from shared.announcements.persons import is_person_name
from shared.announcements.programme_lines import Place, ProgrammeLine, logical_lines, programme_lines
from shared.announcements.sections import Section
from shared.announcements.wording import phrase
from shared.schemas.programme import ItemKind, Part, PersonFacts, ProgrammeItemFacts

_MOST_ITEMS = 400
_BARE_TITLE = re.compile(r"^[^.!?]{3,120}$")


@dataclass
class ProgrammeReading:
    """The items as read, each with its day, and the people of the whole event that the programme names."""

    items: list[tuple[int, ItemReading]] = field(default_factory=list)
    people: list[PersonFacts] = field(default_factory=list)

    def facts(self) -> list[ProgrammeItemFacts]:
        return [
            ProgrammeItemFacts(
                title=item.title,
                kind=item.kind,
                minutes=item.minutes,
                day=day,
                starts_at_clock=item.starts,
                people=item.people,
            )
            for day, item in self.items
        ]


@dataclass
class _Reader:
    """Goes through the lines; remembers the day and the item that lines below belong to."""

    day_of: Callable[[DateMention], date | None]
    starts_on: date
    notes: Notes
    reading: ProgrammeReading = field(default_factory=ProgrammeReading)
    day: int = 1

    def read(self, line: ProgrammeLine) -> None:
        if self._is_day(line) or self._is_moderation(line):
            return
        if line.place is Place.HEADING:
            self.notes.ignored(line.text, "programme")
        elif line.place is Place.ITEM:
            self._add(line)
        elif line.place is Place.FREE and _is_item(line.text):
            self._add(line)
        else:
            self._tell(line)

    def _is_day(self, line: ProgrammeLine) -> bool:
        if line.place is Place.BELOW or not is_day_heading(line.text):
            return False
        number = day_number(line.text)
        mention = next(iter(find_dates(line.text)), None)
        on = self.day_of(mention) if mention else None
        if number is None and on is not None:
            number = (on - self.starts_on).days + 1
        self.day = number if number is not None and 1 <= number <= 60 else self.day
        return True

    def _is_moderation(self, line: ProgrammeLine) -> bool:
        """A line that is nothing but "Moderated by …" names a moderator of the event, not an item."""
        known = labelled(plain_line(line.text))
        if known is not None and known.label is Label.MODERATOR:
            people = read_people(known.value.plain, part=Part.MODERATOR)
        else:
            rest, people = cut_moderators(line.text)
            people = [] if rest.strip(" :.,") else people
        if people and line.place is Place.BELOW and self.reading.items:
            self.reading.items[-1][1].add_people(people)
        else:
            self.reading.people += people
        return bool(people)

    def _add(self, line: ProgrammeLine) -> None:
        item = read_item(line.text)
        if line.speaker:
            _add_speakers(item, line.speaker, self.notes)
        if len(self.reading.items) >= _MOST_ITEMS:
            self.notes.ignored(line.text, "programme")
            return
        self._correct_half_of_day(item)
        self.reading.items.append((self.day, item))

    def _correct_half_of_day(self, item: ItemReading) -> None:
        """A programme that goes 11:00, 12:30, 1:30 has passed noon, and midnight ends the day."""
        before = next(
            (known.starts for day, known in reversed(self.reading.items) if day == self.day and known.starts), None
        )
        if before is not None and item.starts is not None and item.starts < before and 0 < item.starts.hour < 8:
            item.starts = time(item.starts.hour + 12, item.starts.minute)

    def _tell(self, line: ProgrammeLine) -> None:
        """A line below an item: its people, its title, or a description that has no field."""
        item = self.reading.items[-1][1] if self.reading.items else None
        people = speakers_of_line(line.text)
        if line.place is Place.FREE and is_person_name(line.text):
            people = []  # A signature below the programme, as likely as a speaker.
        if item is not None and people:
            item.add_people(people)
            item.kind = ItemKind.TALK if item.kind is ItemKind.OTHER else item.kind
        elif item is not None and line.place is Place.BELOW and _is_named_only(item) and _BARE_TITLE.match(line.text):
            item.title = line.text.strip('“”"«» ')
        else:
            self.notes.ignored(line.text, "programme")


def _add_speakers(item: ItemReading, speaker: str, notes: Notes) -> None:
    text, moderators = cut_moderators(speaker)
    people = read_people(text) if text else []
    item.add_people([*people, *moderators])
    if people and item.kind is ItemKind.OTHER:
        item.kind = ItemKind.TALK
    if text and not people:
        item.title = f"{item.title} — {text}"[:500]


def _is_named_only(item: ItemReading) -> bool:
    return bool(item.people) and item.title == ", ".join(person.name for person in item.people)


def _is_item(text: str) -> bool:
    clocks = find_clocks(text[:60])
    if (clocks and clocks[0].start <= 3) or cut_length(text)[1] is not None:
        return True
    return len(text.split()) <= 14 and read_item(text).kind not in (ItemKind.OTHER, ItemKind.TALK, ItemKind.PANEL)


def read_programme(
    sections: Iterable[Section], *, starts_on: date, day_of: Callable[[DateMention], date | None], notes: Notes
) -> ProgrammeReading:
    """The programme of these sections, in reading order."""
    reader = _Reader(day_of=day_of, starts_on=starts_on, notes=notes)
    for section in sections:
        for line in programme_lines(section.blocks):
            reader.read(line)
    _derive_minutes(reader.reading)
    _take_back_organisations(reader.reading)
    return reader.reading


def _take_back_organisations(reading: ProgrammeReading) -> None:
    """ "Conclusions by Shared Nights" names no person, where someone else is announced as of Shared Nights."""
    people = [*reading.people, *(person for _, item in reading.items for person in item.people)]
    organisations = {phrase(person.organisation) for person in people if person.organisation}
    for _, item in reading.items:
        persons = [person for person in item.people if phrase(person.name) not in organisations]
        if len(persons) < len(item.people) and not persons and item.text:
            item.title, item.people = item.text, []


def _derive_minutes(reading: ProgrammeReading) -> None:
    """Where only starts are given, an item lasts until the next one; a closing that ends the day takes no time."""
    for (day, item), (next_day, following) in zip(reading.items, reading.items[1:], strict=False):
        if item.minutes is None and item.starts and following.starts and day == next_day:
            item.minutes = minutes_between(item.starts, following.starts)


def looks_like_programme(block: Block) -> bool:
    """Whether a list or table without its own heading is one: most of its lines have a time or a length."""
    if isinstance(block, Heading):
        return False
    lines = [
        line.plain
        for line in (block_lines(block) if isinstance(block, Listing | Table) else logical_lines(block.lines))
    ]
    timed = sum(bool(read_clock_first(line)) or cut_length(line)[1] is not None for line in lines)
    return len(lines) >= 2 and timed >= 2 and timed * 5 >= len(lines) * 3


def read_clock_first(text: str) -> bool:
    clocks = find_clocks(text[:60])
    return bool(clocks) and clocks[0].start <= 3


def programme_sections(sections: Sequence[Section], in_programme: list[Section]) -> list[Section]:
    """The sections headed as programme; if there are none, the lists and tables elsewhere that look like one."""
    if in_programme:
        return in_programme
    found = []
    for section in sections:
        blocks = [block for block in section.blocks if looks_like_programme(block)]
        if blocks:
            section.blocks = [block for block in section.blocks if block not in blocks]
            found.append(Section(section.topic, None, blocks=blocks))
    return found
