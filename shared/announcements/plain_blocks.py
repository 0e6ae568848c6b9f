"""Reads plain text into blocks: blank lines divide paragraphs, an underline makes a heading."""

import re
from collections.abc import Iterator

from shared.announcements.blocks import Block, Heading, Paragraph
from shared.announcements.lines import plain_line

_UNDERLINE = re.compile(r"^\s*([=\-~*_#+])\1{2,}\s*$")
_QUOTE = re.compile(r"^(?:>\s?)+")
# Text whose lines go beyond this was not broken at a margin; every line break in it is meant.
_WIDEST_MARGIN = 110


def plain_blocks(text: str) -> tuple[Block, ...]:
    lines = [_columns(_QUOTE.sub("", line)) for line in text.split("\n")]
    return tuple(_blocks(lines, margin=max(map(len, lines))))


def _columns(line: str) -> str:
    """Tabs between words divide columns; white space at the start is layout."""
    return re.sub(r"(?<=\S)[ ]*\t[\t ]*(?=\S)", " | ", line.strip())


def _blocks(lines: list[str], *, margin: int) -> Iterator[Block]:
    paragraph: list[str] = []
    for line in lines:
        if (rule := _UNDERLINE.match(line)) is not None:
            heading = paragraph.pop() if paragraph and len(paragraph[-1]) <= 120 else None
            yield from _paragraph(paragraph, margin)
            if heading is not None:
                yield Heading(level=1 if rule[1] == "=" else 2, line=plain_line(heading))
            paragraph = []
        elif line.strip() and line.strip() != "--":  # Two dashes divide a letter from its signature.
            paragraph.append(line)
        else:
            yield from _paragraph(paragraph, margin)
            paragraph = []
    yield from _paragraph(paragraph, margin)


def _paragraph(lines: list[str], margin: int) -> Iterator[Block]:
    width = max(map(len, lines), default=0)
    followed = zip(lines, [*lines[1:], ""], strict=False)
    written = (plain_line(a, breaks=_is_meant(a, b, width=width, margin=margin)) for a, b in followed)
    if kept := tuple(line for line in written if line.plain):
        yield Paragraph(kept)


def _is_meant(line: str, following: str, *, width: int, margin: int) -> bool:
    """Whether a line was ended on purpose: it is short, or the next word would still have fitted in its paragraph."""
    next_word = len(following.split(" ", 1)[0])
    is_full = len(line) >= max(40, margin * 3 // 5)
    return margin > _WIDEST_MARGIN or not is_full or len(line) + 1 + next_word <= width
