"""Reads sections of prose and of entries: the introduction, the contents, and who should attend."""

import re
from collections.abc import Iterable, Iterator, Sequence

from shared.announcements.blocks import (
    Block,
    Heading,
    Line,
    Listing,
    Paragraph,
    Table,
    block_lines,
    block_markdown,
    joined,
)
from shared.announcements.clocks import find_clocks
from shared.announcements.dates import find_dates
from shared.announcements.headings import Topic
from shared.announcements.labels import Label, labelled
from shared.announcements.notes import Notes
from shared.announcements.programme_lines import logical_lines
from shared.announcements.sections import Section, of_topic
from shared.announcements.wording import folded

_AIMED_AT = re.compile(
    r"^.{0,120}?\b(?:aimed at|intended for|designed for|addressed to|targeted at|is for|are for|open to|for|"
    r"s'adresse (?:a|aux|a l')|destinee?s? (?:a|aux)|s'adressent (?:a|aux)|"
    r"ouverte?s? (?:a|aux)|dirigid[oa]s? (?:a|al|a las|a los)|va dirigid[oa] a|abiert[oa]s? a|pensad[oa] para|"
    r"orientad[oa]s? a)\s?:?\s+(?=\S)"
)
_FOR_GROUPS = re.compile(
    r"\b(?:(?:webinar|visit|event|workshop|session|seminar|conference|training|course|lecture|meeting|it) is "
    r"(?:mainly |primarily |particularly )?(?:aimed at|intended for|designed for|addressed to|targeted at)|"
    r"(?:webinaire|atelier|seminaire|conference|formation|rencontre|evenement|il|elle) s'adresse (?=a|aux)|"
    r"(?:webinario|taller|seminario|curso|evento|jornada|encuentro|conversatorio) (?:esta |va )?dirigid[oa] "
    r"(?=a\b|al\b))\s*(?=\S)"
)
# Below "À qui s'adresse …" the entries answer with the preposition.
_AIM = re.compile(r"^\W*(?:aux|à la|à l['’]|à|a los|a las)\s?(?=[^\W\d_]{3})", re.IGNORECASE)
_ANDS = re.compile(r",?\s+(?:and|et|y|e|as well as|ainsi que|asi como)\s+(?=\S)")
_FEWEST_WORDS = 7
_LONGEST_ENTRY = 500


def read_introduction(sections: Sequence[Section], notes: Notes) -> str | None:
    """The prose before the first heading and under the headings of an introduction, as Markdown."""
    lead = [block for section in of_topic(sections, Topic.LEAD) for block in section.blocks if _is_prose(block)]
    parts = [*map(_prose, lead), *_own_prose(of_topic(sections, Topic.INTRODUCTION))]
    if not any(parts):
        parts = _assumed(sections, notes)
    return "\n\n".join(part for part in parts if part) or None


def _own_prose(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        for block in section.blocks:
            yield _prose(block)


def _assumed(sections: Sequence[Section], notes: Notes) -> list[str]:
    """Without an introduction, the first section with an unknown heading that is written as prose."""
    for section in sections:
        if section.topic is Topic.OTHER and not section.is_known and any(map(_is_prose, section.blocks)):
            section.is_known = True
            section.topic = Topic.INTRODUCTION
            heading = section.heading.plain if section.heading else ""
            message = "No heading says introduction; the text below this heading was taken."
            notes.note("introduction-assumed", message, about="introduction", excerpt=heading)
            return list(_own_prose([section]))
    return []


def _prose(block: Block) -> str:
    """A block as Markdown, without the lines that are facts of their own."""
    if isinstance(block, Paragraph):
        kept = tuple(line for line in block.lines if not is_fact_line(line))
        return joined(kept).markdown if kept else ""
    if isinstance(block, Listing):
        items = tuple(item for item in block.items if not (len(item.lines) == 1 and is_fact_line(item.lines[0])))
        return block_markdown(Listing(items, ordered=block.ordered)) if items else ""
    return block_markdown(block)


def is_fact_line(line: Line) -> bool:
    """Whether a line is "Label: value" of a fact that has its own field."""
    found = labelled(line)
    return found is not None and found.label is not Label.CONTACT and len(line.plain) < 300


def _is_prose(block: Block) -> bool:
    """Whether a block before the first heading is text to read, not a line of facts or decoration."""
    if isinstance(block, Listing):
        return False
    if not isinstance(block, Paragraph):
        return False
    text = " ".join(line.plain for line in block.lines if not is_fact_line(line))[:4_000]
    facts = sum(len(m.text) for m in find_dates(text)) + sum(len(c.text) for c in find_clocks(text))
    return (
        len(text.split()) >= _FEWEST_WORDS
        and facts * 3 < len(text)
        and (text.rstrip()[-1] in '.!?…:”"»*' or len(text.split()) > 25)
    )


def prose_lines(sections: Iterable[Section]) -> set[str]:
    """The lines and paragraphs of the prose before the first heading, which the introduction took."""
    lead = [block for section in of_topic(sections, Topic.LEAD) for block in section.blocks if _is_prose(block)]
    lines = {line.plain for block in lead for line in block_lines(block)}
    return lines | {" ".join(line.plain for line in block_lines(block)) for block in lead}


def read_entries(sections: Iterable[Section], notes: Notes, *, about: str, is_groups: bool = False) -> list[str]:
    """The entries of these sections: one per bullet, row or line; a sentence that lists groups is cut into them."""
    found: list[str] = []
    for section in sections:
        blocks = section.blocks
        for position, block in enumerate(blocks):
            followed = position + 1 < len(blocks) and isinstance(blocks[position + 1], Listing)
            if isinstance(block, Heading) or (followed and isinstance(block, Paragraph)):
                _tell_unless_lead_in(block, notes, about)
            elif isinstance(block, Paragraph) and any(isinstance(b, Listing) for b in blocks[:position]):
                _tell_ignored(block, notes, about)
            else:
                found += _entries(block, is_groups=is_groups)
    tidied = (_tidied(_AIM.sub("", entry) if is_groups else entry) for entry in found)
    return list(dict.fromkeys(entry for entry in tidied if entry))


def _tell_unless_lead_in(block: Block, notes: Notes, about: str) -> None:
    for line in block_lines(block):
        if not line.plain.endswith((":", "…")):
            notes.ignored(line.plain, about)


def _tell_ignored(block: Block, notes: Notes, about: str) -> None:
    for line in block_lines(block):
        if not is_fact_line(line):
            notes.ignored(line.plain, about)


def _entries(block: Block, *, is_groups: bool) -> list[str]:
    match block:
        case Listing(items=items):
            return [entry for item in items for entry in _item_entries(item.lines, item.children, is_groups=is_groups)]
        case Table():
            return [line.plain for line in block_lines(block)]
        case Paragraph(lines=lines):
            rows = [line.plain for line in logical_lines(tuple(line for line in lines if not is_fact_line(line)))]
            return rows if len(rows) > 1 else [entry for row in rows for entry in _listed(row, is_groups=is_groups)]
        case _:
            return []


def _item_entries(lines: tuple[Line, ...], children: tuple[Block, ...], *, is_groups: bool) -> list[str]:
    own = joined(lines).plain
    nested = [entry for child in children for entry in _entries(child, is_groups=is_groups)]
    if nested and own.endswith(":"):
        return [f"{own} {'; '.join(entry.rstrip('.;,') for entry in nested)}"]
    return [own, *nested]


def _listed(text: str, *, is_groups: bool) -> list[str]:
    """One line that lists its entries: at semicolons, or (for groups of people) at commas and "and"."""
    if len(text) > 2_000:
        return [text]
    if ";" in text:
        return text.split(";")
    if not is_groups:
        parts = [part.strip() for part in text.split(",")]
        return parts if len(parts) > 2 and max(len(part.split()) for part in parts) <= 6 else [text]
    match = _AIMED_AT.match(folded(text))
    text = text[match.end() :] if match and match.end() < len(text) - 3 else text
    if re.search(r"[.!?]\s+\S", text):
        return [text]
    parts = [part for piece in re.split(r",\s+(?![^()]*\))", text) for part in _ANDS.split(piece)]
    return parts if len(parts) > 1 and max(len(part.split()) for part in parts) <= 9 else [text]


def groups_in_sentences(texts: Iterable[str]) -> list[str]:
    """Whom a sentence such as "The webinar is aimed at planners and nurses" names."""
    for text in texts:
        match = _FOR_GROUPS.search(folded(text[:_LONGEST_ENTRY]))
        if match is not None and (groups := _listed(text[match.end() :].rstrip(" ."), is_groups=True)):
            return [_tidied(_AIM.sub("", group)) for group in groups if len(group) < 150]
    return []


def names_groups(text: str) -> bool:
    return "," in text or _AIMED_AT.match(folded(text)) is not None


def _tidied(entry: str) -> str:
    entry = re.sub(r"\s*[;,]\s*(?:and|et|y|or|ou|o)?\s*$", "", entry.strip(" •·*–—-"))
    entry = re.sub(r"^(?:and|et|y)\s+(?=\S)", "", entry)
    if entry.endswith(".") and not re.search(r"[.!?]\s", entry) and not entry.endswith(("etc.", "...")):
        entry = entry[:-1]
    return (entry[:1].upper() + entry[1:]).strip()[:_LONGEST_ENTRY]
