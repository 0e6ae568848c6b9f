"""The one structure that Markdown, HTML and plain text are brought into: headings, paragraphs, lists and tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Link:
    url: str
    text: str


@dataclass(frozen=True)
class Line:
    """One line of text, with and without its emphasis. `breaks` says that the writer ended it on purpose."""

    markdown: str
    plain: str
    links: tuple[Link, ...] = ()
    breaks: bool = False


@dataclass(frozen=True)
class Heading:
    level: int
    line: Line


@dataclass(frozen=True)
class Paragraph:
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Item:
    lines: tuple[Line, ...]
    children: tuple["Block", ...] = ()


@dataclass(frozen=True)
class Listing:
    items: tuple[Item, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Table:
    rows: tuple[tuple[Line, ...], ...]
    header: tuple[Line, ...] = field(default=())


Block = Heading | Paragraph | Listing | Table


def joined(lines: Iterable[Line]) -> Line:
    """Several lines as one running text; breaks made on purpose stay in the Markdown."""
    markdown, plain, breaks = "", "", False
    links: list[Link] = []
    for line in lines:
        markdown += ("  \n" if breaks else " ") + line.markdown if markdown else line.markdown
        plain += " " + line.plain if plain else line.plain
        links.extend(line.links)
        breaks = line.breaks
    return Line(markdown=markdown, plain=plain, links=tuple(links))


def block_lines(block: Block) -> Iterator[Line]:
    """Every line of a block in reading order; a table row counts as one line."""
    match block:
        case Heading(line=line):
            yield line
        case Paragraph(lines=lines):
            yield from lines
        case Listing(items=items):
            for item in items:
                yield from item.lines
                for child in item.children:
                    yield from block_lines(child)
        case Table(rows=rows, header=header):
            for row in (header, *rows) if header else rows:
                yield row_line(row)


def row_line(row: tuple[Line, ...]) -> Line:
    """A table row as one line, its cells divided as Markdown divides them."""
    filled = [cell for cell in row if cell.plain]
    return Line(
        markdown=" | ".join(cell.markdown for cell in filled),
        plain=" | ".join(cell.plain for cell in filled),
        links=tuple(link for cell in filled for link in cell.links),
    )


def block_markdown(block: Block) -> str:
    """A block written as Markdown again."""
    match block:
        case Heading(line=line):
            return f"**{line.plain}**"
        case Paragraph(lines=lines):
            return joined(lines).markdown
        case Listing():
            return "\n".join(_listing_markdown(block, indent=""))
        case Table():
            return "  \n".join(line.markdown for line in block_lines(block))


def _listing_markdown(listing: Listing, *, indent: str) -> Iterator[str]:
    for number, item in enumerate(listing.items, start=1):
        mark = f"{number}." if listing.ordered else "-"
        yield f"{indent}{mark} {joined(item.lines).markdown.replace('  ' + chr(10), ' ')}"
        deeper = indent + " " * (len(mark) + 1)
        for child in item.children:
            if isinstance(child, Listing):
                yield from _listing_markdown(child, indent=deeper)
            else:
                yield from (deeper + line.markdown for line in block_lines(child))
