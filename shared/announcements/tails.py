"""Moves what stands below a list without a heading of its own (price, link, organisers) to where facts are read."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared.announcements.blocks import Block, Line, Listing, Paragraph, Table, joined
from shared.announcements.enrolment import says_places, says_sign_up
from shared.announcements.entries import names_groups
from shared.announcements.headings import Topic
from shared.announcements.hosts import hosts_in
from shared.announcements.labels import Label, labelled
from shared.announcements.languages import says_language
from shared.announcements.lines import URL
from shared.announcements.minutes import cut_length
from shared.announcements.moments import says_length
from shared.announcements.passages import Passage
from shared.announcements.prices import says_price_or_access
from shared.announcements.programme_lines import logical_lines
from shared.announcements.sections import Section, starts_with_clock
from shared.announcements.wording import sentences

_LISTS = {Topic.PROGRAMME, Topic.CONTENTS, Topic.AUDIENCE, Topic.SPEAKERS, Topic.MODERATION, Topic.ORGANISERS}
_OF_ITEMS = {Label.MODERATOR, Label.TITLE, Label.TIME, Label.LENGTH, Label.DATE, Label.ENDS, Label.CONTACT}


def with_tails_moved(sections: Iterable[Section]) -> list[Section]:
    """The same sections; each list's tail follows it as a section of practical information."""
    found: list[Section] = []
    for section in sections:
        found.append(section)
        if section.topic in _LISTS and (tail := _cut_tail(section)):
            found.append(Section(Topic.PRACTICAL, None, section.level, blocks=tail))
    return found


def _cut_tail(section: Section) -> list[Block]:
    kept: list[Block] = []
    tail: list[Block] = []
    for block in section.blocks:
        if section.topic is Topic.AUDIENCE and isinstance(block, Paragraph) and not kept and _is_access_only(block):
            tail.append(block)
        elif not isinstance(block, Paragraph) or not (kept or section.topic is Topic.PROGRAMME):
            kept.append(block)
        elif section.topic in (Topic.CONTENTS, Topic.AUDIENCE) and _has_list(kept):
            tail.append(block)
        else:
            own, moved = _divided(block, section.topic)
            kept += own
            tail += moved
    section.blocks = kept
    return tail


def _is_access_only(paragraph: Paragraph) -> bool:
    """ "Participation is by invitation only" names no group that should come."""
    text = joined(paragraph.lines).plain
    return says_price_or_access(Passage(text, Topic.AUDIENCE, paragraph.lines[0])) and not names_groups(text)


def _has_list(blocks: Sequence[Block]) -> bool:
    return any(isinstance(block, Listing | Table) for block in blocks)


def _divided(paragraph: Paragraph, topic: Topic) -> tuple[list[Block], list[Block]]:
    lines = [replace(line, breaks=True) for line in logical_lines(paragraph.lines)]
    moved = [line for line in lines if _is_fact(line, topic)]
    own = [line for line in lines if line not in moved]
    return [Paragraph(tuple(own))] if own else [], [Paragraph(tuple(moved))] if moved else []


def _is_fact(line: Line, topic: Topic) -> bool:
    text = line.plain[:2_000]
    if topic is Topic.PROGRAMME and (starts_with_clock(text) or cut_length(text)[1] is not None):
        return False
    if (known := labelled(line)) is not None:
        return known.label not in _OF_ITEMS
    return any(_says_fact(Passage(sentence, Topic.PRACTICAL, line)) for sentence in sentences(text))


def _says_fact(passage: Passage) -> bool:
    text = passage.text
    is_sentence = len(text.split()) >= 4
    if URL.search(text) or passage.line.links:
        return True
    return bool(
        says_price_or_access(passage)
        or says_length(text)
        or says_places(text)
        or (is_sentence and (says_sign_up(text) or says_language(passage) or hosts_in(text)))
    )
