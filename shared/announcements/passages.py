"""Cuts an announcement into passages: single sentences and labelled values, each with where it stood."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shared.announcements.blocks import Block, Heading, Line, Listing, Paragraph, Table, block_lines
from shared.announcements.clocks import find_clocks
from shared.announcements.dates import find_dates
from shared.announcements.headings import Topic, bare_heading
from shared.announcements.labels import Label, Labelled, label_of, labelled
from shared.announcements.programme_lines import logical_lines
from shared.announcements.sections import HEADING_LABELS, Section
from shared.announcements.wording import folded, sentences

# Sections whose lines are entries of their own kind, not statements about the event.
_LISTS = {Topic.CONTENTS, Topic.AUDIENCE, Topic.PROGRAMME, Topic.SPEAKERS, Topic.MODERATION}
# Of a sentence longer than this only the beginning is looked at.
_LONGEST = 2_000
_MAIL_HEADER = re.compile(r"^(?:From|To|Cc|Subject|Reply-To|Message-ID|De|À|Para|Objet|Asunto)\s?:\s")
_DEADLINE = re.compile(
    r"\b(?:deadline|register (?:by|before|until|no later)|registrations? (?:\w+ )?(?:closes?|ends?|until|by|"
    r"before|is open until|deadline)|sign up by|"
    r"rsvp (?:by|before)|by no later than|before registering|apply (?:by|before)|closing date|date limite|avant "
    r"le|jusqu'au|au plus tard|"
    r"cloture des inscriptions|inscriptions? (?:\w+ )*(?:jusqu|avant|close)|fecha limite|hasta el|antes del|"
    r"cierre de (?:las )?inscripciones|"
    r"plazo|inscripciones? (?:\w+ )*hasta|last day to|book by|please register before|registration (?:is|will be) "
    r"(?:possible|open) (?:until|till))"
)
# "Please register via this link by 12 June": counts only where the sentence names no other day.
_SIGN_UP_BY = re.compile(
    r"\b(?:register|registration|sign up|rsvp|apply|book|e-?mail)\b.{0,100}?\b(?:by|before|no later than) "
    r"(?:the |\w+day,? )*(?:\d{1,2}(?![:.h\d]|\s?[ap]\.?m)|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d)"
)
_ASIDE = re.compile(
    r"\b(?:published|posted|updated|last modified|early[- ]bird|publie|mis a jour|publicado|actualizado|©|"
    r"copyright|created on|doors open|doors|log ?in|connect from|"
    r"recordings?|replay|enregistrement|grabacion|connexion (?:a partir|des)|registration opens|office hours|"
    r"opening hours|monday to friday|"
    r"du lundi au vendredi|de lunes a viernes|founded|adopted|since|in force|was held|took place|previous|last "
    r"year|edition of|issued|sent:|"
    r"call us|phone|certificate|waiting room|test session|technical check|available (?:from|on|until)|"
    r"confirmation|reminder|slides will)"
)


@dataclass(frozen=True)
class Passage:
    """A sentence, or the value of a label. `line` keeps the links of the line it was cut from."""

    text: str
    topic: Topic
    line: Line
    label: Label | None = None
    is_title: bool = False
    is_part: bool = False

    @property
    def is_deadline(self) -> bool:
        """Whether a day named here is the last one to register, not the event's."""
        if self.label is not None:
            return self.label is Label.DEADLINE
        lowered = folded(self.text)
        if _DEADLINE.search(lowered) is not None:
            return True
        return _SIGN_UP_BY.search(lowered) is not None and len(find_dates(self.text)) == 1

    @property
    def is_aside(self) -> bool:
        """Whether a day or time named here is not the event's: a publication, a recording, an earlier event."""
        if self.label is Label.CONTACT:
            return True
        return self.label is None and _ASIDE.search(folded(self.text)) is not None


def passages_of(sections: Iterable[Section]) -> list[Passage]:
    return [passage for section in sections for passage in _of_section(section)]


def _of_section(section: Section) -> Iterator[Passage]:
    if section.topic in _LISTS:
        return
    lines = list(running_lines(section.blocks))
    labels = list(_labelled_lines(section, lines))
    for found in labels:
        yield Passage(found.value.plain[:_LONGEST], section.topic, found.line, found.label)
    taken = {id(found.line) for found in labels} | {id(found.value) for found in labels}
    for line in lines:
        if id(line) not in taken and labelled(line) is None:
            yield from (Passage(text[:_LONGEST], section.topic, line) for text in sentences(line.plain) if text.strip())
            yield from (Passage(text, section.topic, line, is_part=True) for text in _parts(line.plain[:_LONGEST]))


def _parts(text: str) -> Iterator[str]:
    """The parts of a line divided by bars that stand for themselves."""
    parts = re.split(r"\s[|·•]\s", text)
    if len(parts) > 1:
        yield from (part for part in parts if not find_dates(part) and not find_clocks(part))


def _labelled_lines(section: Section, lines: list[Line]) -> Iterator[Labelled]:
    """Every "Label: value" of a section, among them a heading that is a label with its value below."""
    label = label_of(bare_heading(section.heading.plain)) if section.heading else None
    if label in HEADING_LABELS and label is not None and lines and labelled(lines[0]) is None:
        yield Labelled(label, lines[0], lines[0])
    is_mail = sum(bool(_MAIL_HEADER.match(line.plain)) for line in lines[:12]) >= 2
    for position, line in enumerate(lines):
        if (found := labelled(line)) is not None:
            is_sent = is_mail and position < 8 and found.label is Label.DATE
            yield replace(found, label=Label.CONTACT) if is_sent else found
        elif re.search(r"[:：]\s*$", line.plain) and position + 1 < len(lines):
            # The value may stand on the next line, as in a table that was pasted as text.
            label, value = label_of(line.plain), lines[position + 1]
            if label is not None and labelled(value) is None:
                yield Labelled(label, value, value)


def running_lines(blocks: Sequence[Block]) -> Iterator[Line]:
    """The lines of these blocks as their writer meant them."""
    for block in blocks:
        match block:
            case Paragraph(lines=lines):
                yield from logical_lines(lines)
            case Heading(line=line):
                yield line
            case Listing(items=items):
                for item in items:
                    yield from logical_lines(item.lines)
                    yield from running_lines(item.children)
            case Table():
                yield from block_lines(block)


def labels_of(passages: Iterable[Passage], *labels: Label) -> list[Passage]:
    return [passage for passage in passages if passage.label in labels]
