"""Counts what the parts of an XLSX hold while reading past it, so that nothing is loaded before its size is known."""

import re
from collections.abc import Callable, Sequence
from xml.parsers import expat

from shared.errors import TableUnreadable
from shared.sheets.limits import LONGEST_CELL, MOST_CELLS, MOST_TEXT, too_large

_REFERENCE = re.compile(r"([A-Za-z]{1,4})([0-9]{1,8})")
_DAMAGED = "The table is an XLSX with a damaged part. Open it in a spreadsheet and save it again as XLSX, or as CSV."
_LONGEST_NUMBER = 9

Attributes = dict[str, str]


def lengths_of_strings(part: bytes) -> list[int]:
    """How many characters each of the shared texts has."""
    strings = _Strings()
    _parse(part, strings.start, strings.end, strings.text)
    return strings.lengths


def check_sheet(part: bytes, lengths: Sequence[int]) -> tuple[int, int]:
    """Number of the last row and of the last column that hold anything. Raises TableTooLarge."""
    sheet = _Sheet(lengths)
    _parse(part, sheet.start, sheet.end, sheet.text)
    if sheet.last_row * sheet.last_column > MOST_CELLS:
        raise too_large(
            f"has a cell as far out as row {sheet.last_row:,}, column {sheet.last_column:,}; that is room for more "
            f"than the {MOST_CELLS:,} cells that are read"
        )
    return sheet.last_row, sheet.last_column


def _parse(
    part: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    # Whatever the part says of its encoding, the library reads it as UTF-8.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError):
        raise TableUnreadable(_DAMAGED) from None


def _refuse_doctype(*_: object) -> None:
    # No spreadsheet writes one, and entities are defined in it.
    raise TableUnreadable(_DAMAGED)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Strings:
    """`si` elements of sharedStrings.xml (ECMA-376 part 1, section 18.4.8)."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if _local(name) == "si":
            self.lengths.append(0)

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class _Sheet:
    """`row` and `c` elements of a sheet (ECMA-376 part 1, sections 18.3.1.73 and 18.3.1.4).

    Either may leave out where it stands, and then stands after the one before. A cell with a style and nothing in it
    does not count.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        self.lengths = lengths
        self.row = self.column = 0
        self.last_row = self.last_column = 0
        self.characters = self.in_this_cell = 0
        self.is_shared = False
        self.in_cell = False
        self.value = ""

    def start(self, name: str, attributes: Attributes) -> None:
        local = _local(name)
        if local == "c":
            self._start_cell(attributes)
        elif local == "row":
            number = attributes.get("r", "")
            self.row = (
                int(number)
                if number.isascii() and number.isdecimal() and len(number) < _LONGEST_NUMBER
                else self.row + 1
            )
            self.column = 0
        elif self.in_cell:
            self.last_row = max(self.last_row, self.row)
            self.last_column = max(self.last_column, self.column)
            self.value = ""

    def _start_cell(self, attributes: Attributes) -> None:
        self.in_cell, self.value, self.in_this_cell = True, "", 0
        self.is_shared = attributes.get("t") == "s"
        if "r" not in attributes:
            self.column += 1
            return
        reference = _REFERENCE.fullmatch(attributes["r"])
        if reference is None:
            raise TableUnreadable(_DAMAGED)
        self.column, self.row = _number(reference[1]), int(reference[2])

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "c":
            self.in_cell = False
        elif local == "v" and self.is_shared:
            self._count(self._shared_length())

    def _shared_length(self) -> int:
        index = self.value.strip()
        known = index.isascii() and index.isdecimal() and int(index) < len(self.lengths)
        return self.lengths[int(index)] if known else 0

    def text(self, text: str) -> None:
        if self.in_cell:
            if self.is_shared:
                self.value = (self.value + text)[:_LONGEST_NUMBER]
            self._count(len(text))

    def _count(self, characters: int) -> None:
        self.characters += characters
        self.in_this_cell += characters
        if self.in_this_cell > LONGEST_CELL or self.characters > MOST_TEXT:
            raise too_large(
                f"has a cell of more than {LONGEST_CELL:,} characters, or more than {MOST_TEXT:,} characters in all"
            )


def _number(letters: str) -> int:
    """ "A" is 1, "AA" is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
