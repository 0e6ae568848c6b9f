"""Finds the headings and lists that a text marks by its layout only: bold lines, capitals, bullets, "Programme:"."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from shared.announcements.blocks import Block, Heading, Item, Line, Listing, Paragraph
from shared.announcements.dates import find_dates
from shared.announcements.headings import Topic, day_number, topic_of
from shared.announcements.labels import Label, divided, label_of
from shared.announcements.lines import URL

PSEUDO_LEVEL = 6
# Of "Who: residents": its section holds what stands on that line, then the text goes on as before.
INLINE_LEVEL = 7
_BULLET = re.compile(r"^(?:[-*•·▪◦‣●○■□►▶➤➢→✓✔✅➡🔹🔸–—]|o(?=\s))\s*(?=\S)\s?")
_NUMBER = re.compile(r"^\(?(?:\d{1,2}|[a-h])[.)]\s+(?=[^\W\d_]|[“\"«¿¡*])")
_MOST_WORDS = 14
_INLINE_TOPICS = {Topic.INTRODUCTION, Topic.CONTENTS, Topic.AUDIENCE, Topic.SPEAKERS, Topic.PROGRAMME}
# What a line of its own may announce when its value follows on the next line.
_LONE_LABELS = set(Label) - {
    Label.CONTACT,
    Label.TITLE,
    Label.FORM,
    Label.OPEN,
    Label.MODERATOR,
    Label.CALENDAR,
    Label.ENDS,
}


_RESUME = Heading(INLINE_LEVEL, Line("", ""))


def outlined(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same text with its implicit headings and lists made explicit."""
    found: list[Block] = []
    topic: Topic | None = None
    heading = Heading(PSEUDO_LEVEL, Line("", ""))
    for block in blocks:
        in_list_topic = topic in (Topic.CONTENTS, Topic.AUDIENCE, Topic.PROGRAMME)
        for part in _parts(block, in_programme=topic is Topic.PROGRAMME, in_list_topic=in_list_topic):
            if part is _RESUME:
                part = heading
            elif isinstance(part, Heading) and part.level != INLINE_LEVEL:
                known = topic_of(part.line.plain)
                topic, heading = (known, part) if known else (topic, heading)
            found.append(part)
        if isinstance(block, Listing) and topic not in (Topic.PROGRAMME, Topic.CONTENTS, Topic.AUDIENCE):
            found.extend(_sections_in_items(block, found, heading))
    return tuple(_with_lists_joined(found))


def _parts(block: Block, *, in_programme: bool, in_list_topic: bool) -> Iterator[Block]:
    match block:
        case Paragraph(lines=lines):
            yield from _paragraph_parts(lines, in_programme=in_programme)
        case Listing(items=(Item(lines=(Line() as only,), children=()),)) if _is_bold(only) and topic_of(only.plain):
            yield Heading(PSEUDO_LEVEL, only)
        case Listing(items=(Item(lines=(Line() as only, *rest), children=children),), ordered=True) if (
            not in_list_topic and topic_of(only.plain)
        ):
            yield Heading(PSEUDO_LEVEL, only)
            yield from (Paragraph(tuple(rest)), *children) if rest else children
        case _:
            yield block


def _paragraph_parts(lines: tuple[Line, ...], *, in_programme: bool) -> Iterator[Block]:
    text: list[Line] = []
    items: list[Item] = []
    for position, line in enumerate(lines):
        is_last = position == len(lines) - 1
        is_chapter = position == 0 and _is_chapter(line, lines[1:2], in_programme=in_programme)
        if not is_chapter and (bullet := _bulleted(line)) is not None:
            yield from _flushed(text)
            items.append(Item((bullet,)))
        elif items and _continues(items[-1], line):
            items[-1] = replace(items[-1], lines=(*items[-1].lines, line))
        else:
            yield from _listed(items)
            headed = _headed(line, alone=len(lines) == 1, last=is_last, first=position == 0, in_programme=in_programme)
            if headed:
                yield from _flushed(text)
                yield headed[0]
                text.extend(headed[1])
                if headed[0].level == INLINE_LEVEL:
                    yield from _flushed(text)
                    yield _RESUME
            else:
                text.append(line)
    yield from _flushed(text)
    yield from _listed(items)


def _is_chapter(line: Line, following: tuple[Line, ...], *, in_programme: bool) -> bool:
    """Whether "3. Speakers" is a numbered heading: a known one, with text and no further number below it."""
    topic = topic_of(line.plain) if _NUMBER.match(line.plain) else None
    if topic is None or not following or _NUMBER.match(following[0].plain):
        return False
    return not in_programme or topic not in (Topic.INTRODUCTION, Topic.SPEAKERS)


def _flushed(text: list[Line]) -> Iterator[Block]:
    if text:
        yield Paragraph(tuple(text))
        text.clear()


def _listed(items: list[Item]) -> Iterator[Block]:
    if items:
        yield Listing(tuple(items))
        items.clear()


def _bulleted(line: Line) -> Line | None:
    """The line without its bullet or number; None if it has none."""
    for mark in (_BULLET, _NUMBER):
        match = mark.match(line.plain)
        if match is not None and not (mark is _NUMBER and find_dates(line.plain[: match.end() + 12])):
            plain = line.plain[match.end() :].strip()
            markdown = re.sub(r"^\\?\S+\s+|^[•·▪◦‣●○■□►▶➤➢→✓✔✅➡–—]", "", line.markdown, count=1)
            return replace(line, plain=plain, markdown=markdown.strip()) if plain else None
    return None


def _continues(item: Item, line: Line) -> bool:
    """Whether a line without a bullet is the rest of the bullet above it."""
    before = item.lines[-1].plain
    return line.plain[0].islower() or (len(before) > 60 and before[-1] not in ".;:!?)" and _known(line.plain) is None)


def _known(text: str) -> Topic | Label | None:
    return topic_of(text) or label_of(text)


def _is_bold(line: Line) -> bool:
    marked = line.markdown.strip().rstrip(":")
    return marked.startswith("**") and marked.endswith("**") and marked.count("**") == 2


def _is_capitals(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= 4 and not any(character.islower() for character in letters)


def _headed(
    line: Line, *, alone: bool, last: bool, first: bool, in_programme: bool
) -> tuple[Heading, tuple[Line, ...]] | None:
    """The line as a heading, with what stands behind its colon; None if it is ordinary text."""
    plain = line.plain
    if first and not last and day_number(plain) is not None and len(plain.split()) <= _MOST_WORDS:
        return Heading(PSEUDO_LEVEL, line), ()
    if len(plain.split()) <= _MOST_WORDS and not URL.search(plain) and not line.links:
        stands_out = _is_bold(line) or _is_capitals(plain)
        topic = topic_of(plain)
        if topic is not None and (stands_out or not in_programme or topic not in (Topic.INTRODUCTION, Topic.SPEAKERS)):
            if alone or stands_out or plain.endswith(":") or (first and not last):
                return Heading(PSEUDO_LEVEL, line), ()
        label = label_of(plain)
        if label in _LONE_LABELS and ((first and not last) or stands_out or alone):
            return Heading(PSEUDO_LEVEL, line), ()
        if stands_out and alone and plain[-1] not in ".;,":
            return Heading(PSEUDO_LEVEL, line), ()
    found = _headed_inline(line)
    return found if found is None or not in_programme or topic_of(found[0].line.plain) is Topic.AUDIENCE else None


def _headed_inline(line: Line) -> tuple[Heading, tuple[Line, ...]] | None:
    parts = divided(line)
    topic = topic_of(parts[0]) if parts is not None else None
    if parts is None or label_of(parts[0]) is not None or topic not in _INLINE_TOPICS:
        return None
    level = PSEUDO_LEVEL if topic in (Topic.INTRODUCTION, Topic.PROGRAMME) else INLINE_LEVEL
    return Heading(level, Line(parts[0], parts[0])), (parts[1],)


def _sections_in_items(listing: Listing, found: list[Block], heading: Heading) -> Iterator[Block]:
    """Bullets such as "Who should attend: …" as sections of their own, behind the list they stood in."""
    kept = tuple(item for item in listing.items if not (len(item.lines) == 1 and _headed_inline(item.lines[0])))
    if len(kept) == len(listing.items):
        return
    found[-1] = replace(listing, items=kept)
    for item in listing.items:
        headed = _headed_inline(item.lines[0]) if len(item.lines) == 1 else None
        if headed:
            yield headed[0]
            yield Paragraph(headed[1])
            yield from item.children
    yield heading


def _with_lists_joined(blocks: list[Block]) -> Iterator[Block]:
    """Lists that follow one another directly are one list that blank lines divided."""
    before: Block | None = None
    for block in blocks:
        if isinstance(before, Listing) and isinstance(block, Listing) and before.ordered == block.ordered:
            before = Listing((*before.items, *block.items), ordered=block.ordered)
            continue
        if before is not None:
            yield before
        before = block
    if before is not None:
        yield before
