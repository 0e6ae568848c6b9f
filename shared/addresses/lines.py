"""Addresses in lines of free text: `Ada Lovelace <ada@example.org>; bob@example.org`, in any of its dialects."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from shared.addresses import tokens
from shared.addresses.model import Recognised
from shared.addresses.names import clean_name, looks_like_name, surname_first

# Text in quotes, in angle brackets, a separator, other text; or a quote or bracket that nothing closes. A quoted text
# holds no bracket: where a closing quote was forgotten, the next person's must not close it.
_PIECE = re.compile(r'"[^"<]*"|<[^<>]{0,1000}>|[,;\t|]|[^",;\t|<]+|["<]')
_SEPARATORS = frozenset(",;\t|")
_NAME_BEHIND = re.compile(r"[\s>]{0,3}\(([^()@]{1,200})\)\s*")
# A line that somebody typed, or a row; longer ones are lists, in which neighbours tell nothing.
_LONGEST_ROW = 1_000


@dataclass(slots=True)
class _Cell:
    """What stands between two separators. `separator` is the one behind it."""

    pieces: list[str] = field(default_factory=list)
    separator: str = ""

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def recognise_line(line: str) -> Iterator[Recognised]:
    """In the order they stand in."""
    if "@" not in line:
        return iter(())
    if len(line) <= _LONGEST_ROW:
        return iter(_with_names_from_beside(list(_cells(line))))
    return _in_cells(_cells(line))


def _cells(line: str) -> Iterator[_Cell]:
    cell = _Cell()
    for found in _PIECE.finditer(line):
        piece = found[0]
        if piece in _SEPARATORS:
            cell.separator = piece
            yield cell
            cell = _Cell()
        else:
            cell.pieces.append(piece)
    yield cell


def _in_cells(cells: Iterator[_Cell]) -> Iterator[Recognised]:
    before: _Cell | None = None
    for cell in cells:
        yield from _in_cell(cell, before)
        before = cell


def _in_cell(cell: _Cell, before: _Cell | None) -> Iterator[Recognised]:
    if not any("@" in piece for piece in cell.pieces):
        return
    if any(piece[0] == "<" and "@" in piece for piece in cell.pieces):
        yield from _bracketed(cell, before)
    else:
        yield from _bare(cell.text)


def _bracketed(cell: _Cell, before: _Cell | None) -> Iterator[Recognised]:
    """`Ada <ada@…>`, `"Lovelace, Ada" <ada@…>`, and from Outlook `Lovelace, Ada <ada@…>` and `ada@… <ada@…>`."""
    plain: list[str] = []
    for piece in cell.pieces:
        if piece[0] != "<" or "@" not in piece:
            plain.append(piece)
            continue
        found = list(tokens.read_all(piece))
        shown = [one for text in plain if text[0] != '"' for one in tokens.read_all(text)]
        yield from _others(shown, found)
        yield from _named(found, _display_name("".join(plain), before) if not shown else None)
        plain, before = [], None
    yield from _bare("".join(plain))


def _others(shown: list[Recognised], found: list[Recognised]) -> Iterator[Recognised]:
    """Addresses that stand before the bracket and are not the one in it once more."""
    keys = {one.key for one in found}
    return (one for one in shown if one.key not in keys)


def _named(found: list[Recognised], name: str | None) -> Iterator[Recognised]:
    if len(found) == 1 and name:
        yield _with_name(found[0], name)
    else:
        yield from found


def _with_name(one: Recognised, name: str) -> Recognised:
    return Recognised(one.address, name, one.reason)


def _display_name(text: str, before: _Cell | None) -> str | None:
    name = clean_name(text)
    is_cut = before is not None and before.separator == "," and before.text.strip() and "@" not in before.text
    if name is None or before is None or not is_cut or '"' in text:
        return name
    return surname_first(before.text, name) or name


def _bare(text: str) -> Iterator[Recognised]:
    """Without brackets. One address may have its name before it, or behind it in brackets: `ada@… (Ada Lovelace)`."""
    found = list(tokens.read_all(text))
    if len(found) != 1:
        yield from found
        return
    there = tokens.tokens(text)[-1]
    before, _, behind = text.partition(there)
    comment = _NAME_BEHIND.match(behind)
    candidates = (clean_name(part) for part in (before.rstrip(" :"), comment[1] if comment else "") if part.strip())
    name = next((one for one in candidates if one and looks_like_name(one)), None)
    yield _with_name(found[0], name) if name else found[0]


def _with_names_from_beside(cells: list[_Cell]) -> list[Recognised]:
    """A row of two cells, an address alone in the one: the other may be its name."""
    found = list(_in_cells(iter(cells)))
    texts = [cell.text for cell in cells if cell.text.strip(' "')]
    if len(found) != 1 or len(texts) != 2 or found[0].name:
        return found
    others = [text for text in texts if "@" not in text]
    alone = len(list(chain.from_iterable(text.split() for text in texts if "@" in text))) == 1
    name = clean_name(others[0]) if others and alone else None
    return [_with_name(found[0], name)] if name and looks_like_name(name) else found
