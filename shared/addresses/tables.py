"""Addresses in a table with headings, whichever order its columns are in, in the languages lists are kept in."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from shared.addresses import tokens
from shared.addresses.lines import recognise_line
from shared.addresses.model import Recognised
from shared.addresses.names import clean_name
from shared.errors import PlenaryError
from shared.registration_tables import headings as of
from shared.sheets import folded
from shared.sheets.delimited import DELIMITERS, DelimitedText
from shared.sheets.formulas import as_it_was

# Titles and notes may stand above the headings.
_LOOKED_AT = 20
_LONGEST_HEADING_ROW = 5_000
# As address books call the columns beside the usual words: Google, Outlook, Apple.
_MAIL = re.compile(r"(?:(?:primary|home|work|personal|other) )?e ?mail(?: \d| home| work)?(?: value| address)?")
_NO_SIGN = "There must be an @-sign."


@dataclass(frozen=True)
class _Columns:
    """Where what stands. Of several columns of addresses, the first that holds one is read in each row."""

    addresses: tuple[int, ...]
    name: int | None
    first_name: int | None
    last_name: int | None


def is_heading(cell: str) -> bool:
    return _field(cell) is not None


def _field(cell: str) -> str | None:
    text = folded(cell)
    return of.FIELD_OF.get(text) or (of.ADDRESS if _MAIL.fullmatch(text) else None)


def _columns(row: Sequence[str]) -> _Columns | None:
    """None where this is no row of headings with a column of addresses."""
    fields = [_field(cell) for cell in row]
    if of.ADDRESS not in fields or any("@" in cell for cell in row):
        return None
    found = [index for index, field in enumerate(fields) if field == of.ADDRESS]
    # Beside a column for e-mail, "address" is where somebody lives.
    clear = [index for index in found if folded(row[index]) != of.ADDRESS]
    places = {name: fields.index(name) if name in fields else None for name in (of.NAME, of.FIRST_NAME, of.LAST_NAME)}
    return _Columns(tuple(clear or found), places[of.NAME], places[of.FIRST_NAME], places[of.LAST_NAME])


def table_in(text: str) -> list[list[str]] | None:
    """The rows of a text that is a table with headings; None for any other text."""
    for line in islice((line for line in text.split("\n") if line.strip()), _LOOKED_AT):
        if len(line) <= _LONGEST_HEADING_ROW and _is_heading_row(line):
            return _rows(text)
    return None


def _is_heading_row(line: str) -> bool:
    return any(
        len(cells) > 1 and _columns([cell.strip(' "') for cell in cells]) is not None
        for cells in (line.split(delimiter) for delimiter in DELIMITERS)
    )


def _rows(text: str) -> list[list[str]] | None:
    try:
        return list(DelimitedText(text, is_heading=is_heading).rows())
    except PlenaryError:
        return None  # A quotation mark is missing: lines can be read one by one all the same.


def recognise_rows(rows: Iterable[Sequence[str]]) -> Iterator[Recognised]:
    """Every row above the headings, and every row of a table without any, is read as a line of text."""
    columns: _Columns | None = None
    for number, row in enumerate(rows):
        if columns is None and number < _LOOKED_AT:
            columns = _columns(row)
            if columns is not None:
                continue
        yield from _in_row(row, columns) if columns else recognise_line("\t".join(map(_one_line, row)))


def _one_line(cell: str) -> str:
    return " ".join(cell.split())


def _in_row(row: Sequence[str], columns: _Columns) -> Iterator[Recognised]:
    cell = next((text for text in (_cell(row, index) for index in columns.addresses) if text), "")
    found = list(recognise_line(cell))
    if found:
        name = _name(row, columns) if len(found) == 1 else None
        yield from (Recognised(one.address, one.name or name, one.reason) for one in found)
    elif any(tokens.tokens(other) for other in row):
        yield from recognise_line("\t".join(map(_one_line, row)))
    elif any(character.isalnum() for character in cell):
        yield Recognised(cell[:254], reason=_NO_SIGN)


def _cell(row: Sequence[str], index: int | None) -> str:
    return _one_line(as_it_was(row[index].strip())) if index is not None and index < len(row) else ""


def _name(row: Sequence[str], columns: _Columns) -> str | None:
    parts = " ".join(filter(None, (_cell(row, columns.first_name), _cell(row, columns.last_name))))
    return clean_name(_cell(row, columns.name)) or clean_name(parts)
