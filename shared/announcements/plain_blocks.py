"""Reads plain text into blocks: blank lines divide paragraphs, an underline makes a heading."""

import re
from collections.abc import Iterator

from shared.announcements.blocks import Block, Heading, Line, Paragraph
from shared.announcements.lines import plain_line

_UNDERLINE = re.compile(r"^\s*([=\-~*_#+])\1{2,}\s*$")
_QUOTE = re.compile(r"^(?:>\s?)+")
# A line shorter than this was ended on purpose, not by the margin.
_WRAPPED_FROM = 55


def plain_blocks(text: str) -> tuple[Block, ...]:
    return tuple(_blocks([_columns(_QUOTE.sub("", line)) for line in text.split("\n")]))


def _columns(line: str) -> str:
    """Tabs between words divide columns; white space at the start is layout."""
    return re.sub(r"(?<=\S)[ ]*\t[\t ]*(?=\S)", " | ", line.strip())


def _blocks(lines: list[str]) -> Iterator[Block]:
    paragraph: list[Line] = []
    for line in lines:
        if (rule := _UNDERLINE.match(line)) is not None:
            if paragraph and len(paragraph[-1].plain) <= 120:
                heading = paragraph.pop()
                yield from _paragraph(paragraph)
                yield Heading(level=1 if rule[1] == "=" else 2, line=heading)
            else:
                yield from _paragraph(paragraph)
            paragraph = []
        elif line.strip():
            if (written := plain_line(line, breaks=len(line) < _WRAPPED_FROM)).plain:
                paragraph.append(written)
        else:
            yield from _paragraph(paragraph)
            paragraph = []
    yield from _paragraph(paragraph)


def _paragraph(lines: list[Line]) -> Iterator[Block]:
    if lines:
        yield Paragraph(tuple(lines))
