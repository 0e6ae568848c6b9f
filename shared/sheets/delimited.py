"""CSV and its relatives: which character divides the cells, and the rows."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from shared.errors import TableUnreadable
from shared.sheets.limits import refuse_long_cells, refuse_many_columns, refuse_many_rows

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 20
# Excel's own way to say which delimiter follows.
_SAID = re.compile(r'"?sep=(.)"?\n')
_LINE = re.compile(r"[^\n]*\n|[^\n]+")

IsHeading = Callable[[str], bool]


class DelimitedText:
    """Rows of a text, as often as they are asked for."""

    def __init__(self, text: str, *, is_heading: IsHeading, delimiter: str | None = None) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        said = _SAID.match(text)
        # The line stays in place, emptied: rows are counted as a spreadsheet counts them.
        self.text = "\n" + text[said.end() :] if said else text
        self.delimiter = delimiter or (said[1] if said else _delimiter_of(self.text, is_heading))

    @property
    def row_count(self) -> int:
        """At most: a cell may hold line breaks."""
        return self.text.count("\n") + (not self.text.endswith("\n"))

    def rows(self) -> Iterator[list[str]]:
        """Raises TableUnreadable or TableTooLarge, naming the row."""
        number = 0
        reader = _reader(self.text, self.delimiter)
        while True:
            number += 1
            try:
                row = next(reader, None)
            except csv.Error:
                raise TableUnreadable(
                    f"The table cannot be read from row {number:,} on. Perhaps a quotation mark is missing there; "
                    f"correct it, or save the table as XLSX."
                ) from None
            if row is None:
                return
            _refuse_large(number, row)
            yield row


def _refuse_large(number: int, row: list[str]) -> None:
    refuse_many_rows(number)
    refuse_many_columns(len(row))
    refuse_long_cells(number, row)


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = (match[0] for match in _LINE.finditer(text))
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def _delimiter_of(text: str, is_heading: IsHeading) -> str:
    """The one that shows the most headings; else the one that divides the rows most evenly."""
    sample = text[:_SAMPLE]
    return max(DELIMITERS, key=lambda delimiter: _fit(_sample_rows(sample, delimiter), is_heading))


def _sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(islice(_reader(sample, delimiter), _SAMPLE_ROWS))
    except csv.Error:
        return rows
    return rows


def _fit(rows: list[list[str]], is_heading: IsHeading) -> tuple[int, int]:
    headings = max((sum(map(is_heading, row)) for row in rows), default=0)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return headings, max(widths.values(), default=0)
