"""A table in a file, whichever kind it is of."""

from collections.abc import Iterator
from typing import Protocol

from shared.errors import TableEmpty, TableUnreadable
from shared.sheets.delimited import DelimitedText, IsHeading
from shared.sheets.encodings import decoded
from shared.sheets.limits import LARGEST, MOST_COLUMNS, MOST_ROWS, too_large
from shared.sheets.workbooks import Workbook

__all__ = ["LARGEST", "MOST_COLUMNS", "MOST_ROWS", "Table", "read_table"]

_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": "is protected with a password, or of the kind that Excel wrote before 2007",
    b"%PDF": "is a PDF",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
    b"GIF8": "is a picture",
    b"\x1f\x8b": "is a compressed archive",
    b"7z\xbc\xaf": "is a compressed archive",
    b"{\\rtf": "is a text processor's document",
    b"\x7fELF": "is a program",
}


class Table(Protocol):
    """`row_count` is not less than the rows there are; row numbers of a file begin with 1."""

    @property
    def row_count(self) -> int: ...

    def rows(self) -> Iterator[list[str]]: ...


def read_table(
    content: bytes, *, is_heading: IsHeading, encoding: str | None = None, delimiter: str | None = None
) -> Table:
    """The table in a CSV or XLSX file; which of both is seen in its first bytes, not in what it is called.

    `is_heading` says whether a cell looks like the word at the top of a column: it tells the delimiter of a CSV.
    Raises TableEmpty, TableTooLarge, TableUnreadable.
    """
    if len(content) > LARGEST:
        raise too_large(f"has {len(content):,} bytes, more than the {LARGEST:,} that are read")
    if not content.strip():
        raise TableEmpty("The table is empty. Send a file with a row for each person, and headings in its first row.")
    if content.startswith(b"PK\x03\x04"):
        return Workbook(content)
    return DelimitedText(_text(content, encoding), is_heading=is_heading, delimiter=delimiter)


def _text(content: bytes, encoding: str | None) -> str:
    kind = next((kind for start, kind in _OTHER_KINDS.items() if content.startswith(start)), None)
    if kind is not None:
        raise TableUnreadable(f"The file {kind}. Save the table as CSV or as XLSX without a password, and send that.")
    text = decoded(content, stated=encoding)
    if not text.strip():
        raise TableEmpty("The table is empty. Send a file with a row for each person, and headings in its first row.")
    if "\0" in text or _controls(text) > max(8, len(text) // 100):
        raise TableUnreadable("The file is no table of text. Save it as CSV or XLSX, and send that.")
    return text


def _controls(text: str) -> int:
    """Characters that no text has, in what is looked at first."""
    return sum(character < " " and character not in "\t\n\r" for character in text[:64_000])
