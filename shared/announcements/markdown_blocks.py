"""Reads Markdown into blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shared.announcements.blocks import Block, Heading, Item, Line, Listing, Paragraph, Table, joined
from shared.announcements.html_blocks import html_blocks
from shared.announcements.lines import LineBuilder, plain_line

# Text indented by four spaces is text in an announcement, never code.
_PARSER = MarkdownIt("commonmark", {"maxNesting": 30}).enable("table").disable("code")
_MARKS = {"strong_open": "**", "strong_close": "**", "em_open": "*", "em_close": "*"}
_HTML_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}


def markdown_blocks(text: str) -> tuple[Block, ...]:
    front_matter, text = _front_matter(text)
    return (*front_matter, *_Reader(_PARSER.parse(text)).blocks())


def _front_matter(text: str) -> tuple[tuple[Block, ...], str]:
    """The `key: value` lines between two `---` at the very top, as a paragraph of such lines."""
    lines = text.lstrip().split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:60]):
        return (), text
    end = [line.strip() for line in lines].index("---", 1)
    pairs = [line for line in lines[1:end] if ":" in line]
    if not pairs:
        return (), text
    kept = tuple(plain_line(line.replace('"', ""), breaks=True) for line in pairs)
    return (Paragraph(kept),), "\n".join(lines[end + 1 :])


@dataclass
class _Reader:
    """Walks the flat list of tokens; `at` is the next one."""

    tokens: Sequence[Token]
    at: int = 0

    def blocks(self, until: str = "") -> tuple[Block, ...]:
        return tuple(self._blocks(until))

    def _blocks(self, until: str) -> Iterator[Block]:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == until:
                return
            yield from self._block(token)

    def _block(self, token: Token) -> Iterator[Block]:
        match token.type:
            case "heading_open":
                yield Heading(level=int(token.tag[1]), line=joined(self._lines()))
            case "paragraph_open":
                if lines := self._lines():
                    yield Paragraph(lines)
            case "bullet_list_open" | "ordered_list_open":
                yield self._listing(token.type.replace("open", "close"))
            case "table_open":
                yield self._table()
            case "html_block":
                yield from html_blocks(token.content)
            case "fence":
                if lines := tuple(plain_line(line, breaks=True) for line in token.content.splitlines() if line.strip()):
                    yield Paragraph(lines)

    def _lines(self) -> tuple[Line, ...]:
        """The lines of the inline token that comes next, and past the closing token behind it."""
        lines = inline_lines(self.tokens[self.at])
        self.at += 2
        return lines

    def _listing(self, until: str) -> Listing:
        items = []
        while self.tokens[self.at].type != until:
            self.at += 1
            items.append(_item(self.blocks("list_item_close")))
        self.at += 1
        return Listing(items=tuple(items), ordered=until.startswith("ordered"))

    def _table(self) -> Table:
        rows: list[tuple[Line, ...]] = []
        cells: list[Line] = []
        while (token := self.tokens[self.at]).type != "table_close":
            if token.type == "inline":
                cells.append(joined(inline_lines(token)))
            elif token.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
            self.at += 1
        self.at += 1
        header = rows[0] if any(cell.plain for cell in rows[0]) else ()
        return Table(header=header, rows=tuple(rows[1:]))


def _item(blocks: tuple[Block, ...]) -> Item:
    match blocks:
        case (Paragraph(lines=lines), *children):
            return Item(lines=lines, children=tuple(children))
        case (Heading(line=line), *children):
            return Item(lines=(line,), children=tuple(children))
        case _:
            return Item(lines=(), children=blocks)


def inline_lines(token: Token) -> tuple[Line, ...]:
    builder = LineBuilder()
    for child in token.children or ():
        _add_inline(builder, child)
    return builder.finish()


def _add_inline(builder: LineBuilder, token: Token) -> None:
    match token.type:
        case "text" | "code_inline" | "text_special":
            builder.text(token.content)
        case "softbreak" | "hardbreak":
            builder.line_break(on_purpose=token.type == "hardbreak")
        case "strong_open" | "em_open":
            builder.open(_MARKS[token.type])
        case "strong_close" | "em_close":
            builder.close(_MARKS[token.type])
        case "link_open":
            builder.open_link(str(token.attrs.get("href", "")))
        case "link_close":
            builder.close_link()
        case "html_inline":
            _add_tag(builder, token.content.strip("<>").strip().lower())


def _add_tag(builder: LineBuilder, tag: str) -> None:
    name = tag.strip("/ ").split(" ")[0]
    if name == "br":
        builder.line_break(on_purpose=True)
    elif name in _HTML_MARKS:
        (builder.close if tag.startswith("/") else builder.open)(_HTML_MARKS[name])
