"""XLSX, written in pieces while it is sent: no file, and as little memory for a million rows as for ten.

The known libraries write to a file first: for a million rows 900 MB, and a minute in which nobody hears anything.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from shared.sheets import workbook_parts as parts
from shared.sheets.csv_writing import CellValue
from shared.sheets.formulas import is_formula

_LONGEST = 32_767  # Characters in a cell (Excel's limit, as the next one).
_ROWS_IN_SHEET = 1_048_576
# Beyond 2 GiB an archive needs another form, which Excel refuses when it was written in one go.
_BYTES_IN_SHEET = 1_900_000_000
_ROWS_AT_ONCE = 200
_PIECE = 64 * 1024
_EPOCH = datetime(1899, 12, 30)
_SECONDS_OF_DAY = 24 * 60 * 60

_SPECIAL = re.compile("[&<>]|[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}  # Whatever else is special is no character of XML.
# "_x0041_" means "A" in a cell (ECMA-376 part 1, section 22.4.2.4).
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class _Outlet:
    """Takes what the archive writes, until it is fetched. It cannot go back, so the archive is written in one go."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def fetched(self) -> bytes:
        together = b"".join(self._pieces)
        self._pieces, self.size = [], 0
        return together


def xlsx_pieces(headings: Sequence[str], rows: Iterable[Sequence[CellValue]], *, title: str) -> Iterator[bytes]:
    """A workbook with a sheet, and more where one does not suffice; `title` is what the sheets are called."""
    outlet, left, sheets = _Outlet(), iter(rows), 0
    letters = [_letters(number) for number in range(1, len(headings) + 1)]
    with ZipFile(cast(IO[bytes], outlet), "w", ZIP_DEFLATED, compresslevel=1) as archive:
        while (first := list(islice(left, 1))) or not sheets:
            sheets += 1
            with archive.open(_entry(parts.sheet_name(sheets)), "w") as part:
                for xml in _sheet(headings, letters, chain(first, left)):
                    part.write(xml.encode())
                    if outlet.size > _PIECE:
                        yield outlet.fetched()
        for name, text in parts.other_parts(title, sheets).items():
            archive.writestr(_entry(name), text)
    yield outlet.fetched()


def _entry(name: str) -> ZipInfo:
    # Without a date of its own, the same table is the same file.
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED
    return entry


def _sheet(headings: Sequence[str], letters: Sequence[str], rows: Iterator[Sequence[CellValue]]) -> Iterator[str]:
    """One sheet, as many rows as it holds."""
    yield parts.sheet_start(columns=len(headings))
    yield _row(1, letters, headings, as_headings=True)
    number, written = 1, 0
    while number < _ROWS_IN_SHEET and written < _BYTES_IN_SHEET:
        batch = list(islice(rows, min(_ROWS_AT_ONCE, _ROWS_IN_SHEET - number)))
        if not batch:
            break
        xml = "".join(_row(place, letters, row) for place, row in enumerate(batch, start=number + 1))
        number += len(batch)
        written += len(xml) * 2  # Most letters are one or two bytes.
        yield xml
    yield parts.SHEET_END


def _row(number: int, letters: Sequence[str], values: Sequence[CellValue], *, as_headings: bool = False) -> str:
    style = parts.HEADING if as_headings else None
    cells = [
        _cell(f"{letter}{number}", value, style)
        for letter, value in zip(letters, values, strict=True)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: CellValue, style: int | None) -> str:
    if isinstance(value, str):
        return _text_cell(place, value, style)
    if isinstance(value, datetime):
        return f'<c r="{place}" s="{parts.MOMENT}"><v>{_serial(value)}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{parts.DAY}"><v>{_serial(datetime.combine(value, time()))}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _text_cell(place: str, text: str, style: int | None) -> str:
    """Never a formula: texts stand in an element of their own."""
    if style is None and is_formula(text):
        style = parts.MARKED_TEXT
    styled = f' s="{style}"' if style is not None else ""
    kept = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f'<c r="{place}"{styled} t="inlineStr"><is><t{kept}>{_escaped(text)}</t></is></c>'


def _escaped(text: str) -> str:
    shortened = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    if "_x" in shortened:
        shortened = _ESCAPE_LIKE.sub("_x005F_", shortened)
    return _SPECIAL.sub(lambda match: _WRITTEN.get(match[0], ""), shortened)


def _serial(moment: datetime) -> float | int:
    """Days since the day that spreadsheets call 0; they know no zones."""
    passed = moment.replace(tzinfo=None) - _EPOCH
    days = passed.days + passed.seconds / _SECONDS_OF_DAY
    return int(days) if days.is_integer() else round(days, 9)


def _letters(number: int) -> str:
    """1 is "A", 27 is "AA"."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
