"""Reads HTML into blocks; what a page carries around its text (scripts, menus, forms) is dropped."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString

from shared.announcements.blocks import Block, Heading, Item, Line, Listing, Paragraph, Table, joined
from shared.announcements.lines import LineBuilder
from shared.announcements.persons import is_person_name

_DROPPED = set(
    "script style nav template noscript svg iframe form button select option textarea input head title".split()
)
_DROPPED |= set("meta link object embed canvas audio video map".split())
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_INLINE = set("a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small".split())
_INLINE |= set("span strike strong sub sup time tt u var wbr br img picture".split())
_WIDEST = 20  # Columns or rows that a merged cell may cover.
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Deeper than any page that a person wrote; below it only the text is kept.
_DEEPEST = 60


def html_blocks(text: str) -> tuple[Block, ...]:
    soup = _parsed(text)
    return tuple(_Container().read(soup.body or soup, depth=0))


def _parsed(text: str) -> BeautifulSoup:
    """The parser warns where text looks like a file name or like XML; here both are announcements all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(text, "lxml")


def html_title(text: str) -> str | None:
    """What the page's own `<title>` says."""
    found = _parsed(text).title
    return " ".join(found.get_text().split()) or None if found else None


@dataclass
class _Container:
    """Reads the children of one element: runs of inline content become paragraphs, the rest stands for itself."""

    builder: LineBuilder = field(default_factory=LineBuilder)

    def read(self, parent: Tag, *, depth: int) -> Iterator[Block]:
        for child in parent.children:
            if isinstance(child, Tag) and _is_block(child):
                yield from self._paragraph()
                yield from _block(child, depth=depth + 1)
            else:
                _add_inline(self.builder, child, depth=depth)
        yield from self._paragraph()

    def _paragraph(self) -> Iterator[Block]:
        lines = self.builder.finish()
        self.builder = LineBuilder()
        if lines:
            yield Paragraph(lines)


def _is_block(tag: Tag) -> bool:
    if tag.name not in _INLINE:
        return True
    return tag.find(["p", "div", "ul", "ol", "table", "section", *_HEADINGS]) is not None


def _block(tag: Tag, *, depth: int) -> Iterator[Block]:
    if tag.name in _DROPPED or tag.has_attr("hidden"):
        return
    if depth > _DEEPEST:
        builder = LineBuilder()
        builder.text(tag.get_text(" "))
        yield from (Paragraph((line,)) for line in builder.finish())
    elif tag.name in _HEADINGS:
        if (line := joined(_inline_lines(tag))).plain:
            yield Heading(level=_HEADINGS[tag.name], line=line)
    elif tag.name in ("ul", "ol"):
        yield from _listing(tag, depth=depth)
    elif tag.name == "dl":
        yield from _definitions(tag)
    elif tag.name == "table":
        yield from _table(tag, depth=depth)
    else:
        yield from _Container().read(tag, depth=depth)


def _listing(tag: Tag, *, depth: int) -> Iterator[Block]:
    items = [_item(tuple(_Container().read(child, depth=depth))) for child in tag.find_all("li", recursive=False)]
    if filled := tuple(item for item in items if item.lines or item.children):
        yield Listing(items=filled, ordered=tag.name == "ol")


def _item(blocks: tuple[Block, ...]) -> Item:
    match blocks:
        case (Paragraph(lines=lines), *children):
            return Item(lines=lines, children=tuple(children))
        case (Heading(line=line), *children):
            return Item(lines=(line,), children=tuple(children))
        case _:
            return Item(lines=(), children=blocks)


def _definitions(tag: Tag) -> Iterator[Block]:
    """A definition list as lines of "term: description"."""
    lines: list[Line] = []
    term = Line("", "")
    for child in tag.find_all(["dt", "dd"]):
        line = joined(_inline_lines(child))
        if child.name == "dt":
            term = Line(line.markdown.rstrip(": "), line.plain.rstrip(": "), line.links)
        elif line.plain:
            lines.append(
                Line(f"{term.markdown}: {line.markdown}", f"{term.plain}: {line.plain}", term.links + line.links, True)
            )
    if lines:
        yield Paragraph(tuple(lines))


def _table(tag: Tag, *, depth: int) -> Iterator[Block]:
    """A table of facts; one that only lays out a page (it holds blocks or has one column) is read as that page."""
    own_rows = [row for row in tag.find_all("tr") if row.find_parent("table") is tag]
    cells = [[cell for cell in row.find_all(["td", "th"], recursive=False)] for row in own_rows]
    if max(map(len, cells), default=0) < 2 or tag.find(["table", *_HEADINGS]) is not None:
        for row in cells:
            for cell in row:
                yield from _Container().read(cell, depth=depth)
        return
    if len(cells[0]) == 1:  # One cell over the whole width is the table's caption.
        yield from _Container().read(cells.pop(0)[0], depth=depth)
    rows = list(_grid(cells))
    rows = [row for row in rows if any(cell.plain for cell in row)]
    has_header = bool(cells[0]) and all(cell.name == "th" for cell in cells[0])
    if rows:
        yield Table(header=rows[0], rows=tuple(rows[1:])) if has_header else Table(rows=tuple(rows))


def _grid(cells: list[list[Tag]]) -> Iterator[tuple[Line, ...]]:
    """The rows with an empty cell wherever a merged one reaches, so that every column stays one column."""
    reaching: dict[int, int] = {}
    for row in cells:
        lines: list[Line] = []
        for cell in row:
            _pass_reaching(reaching, lines)
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            reaching |= {len(lines) + at: height - 1 for at in range(width) if height > 1}
            lines += [_cell(_inline_lines(cell)), *[Line("", "")] * (width - 1)]
        _pass_reaching(reaching, lines)
        yield tuple(lines)


def _pass_reaching(reaching: dict[int, int], lines: list[Line]) -> None:
    while reaching.get(len(lines), 0) > 0:
        reaching[len(lines)] -= 1
        lines.append(Line("", ""))


def _span(cell: Tag, name: str) -> int:
    """How many columns or rows a cell covers; a page may state any nonsense."""
    text = str(cell.get(name, "1"))
    return min(max(int(text), 1), _WIDEST) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _cell(lines: tuple[Line, ...]) -> Line:
    """A cell as one line; a person on a line of their own below a title is set off by a dash."""
    if len(lines) == 2 and is_person_name(re.split(r"[,(]", lines[1].plain)[0].strip()):
        first, second = lines
        return Line(
            f"{first.markdown} – {second.markdown}", f"{first.plain} – {second.plain}", first.links + second.links
        )
    return joined(lines)


def _inline_lines(tag: Tag) -> tuple[Line, ...]:
    builder = LineBuilder()
    for child in tag.children:
        _add_inline(builder, child, depth=0)
    return builder.finish()


def _add_inline(builder: LineBuilder, node: object, *, depth: int) -> None:
    if isinstance(node, NavigableString):
        if type(node) is NavigableString:
            builder.text(" ".join(("." + node + ".").split())[1:-1])
        return
    if not isinstance(node, Tag) or node.name in _DROPPED:
        return
    if depth > _DEEPEST:
        builder.text(node.get_text(" "))
        return
    if node.name == "br":
        builder.line_break(on_purpose=True)
        return
    if node.name == "a" and node.get("href"):
        builder.open_link(str(node["href"]).strip())
    builder.open(_MARKS[node.name]) if node.name in _MARKS else None
    _add_children(builder, node, depth=depth)
    builder.close(_MARKS[node.name]) if node.name in _MARKS else None
    if node.name == "a":
        builder.close_link()


def _add_children(builder: LineBuilder, node: Tag, *, depth: int) -> None:
    is_block = node.name not in _INLINE
    if is_block:
        builder.line_break(on_purpose=True)
    for child in node.children:
        _add_inline(builder, child, depth=depth + 1)
    if is_block:
        builder.line_break(on_purpose=True)
