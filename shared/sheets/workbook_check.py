"""Counts what the parts of an XLSX hold while reading past it, so that nothing is loaded before its size is known."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from xml.parsers import expat

from shared.errors import TableUnreadable
from shared.sheets.limits import MOST_CELLS, MOST_TEXT, too_large

_REFERENCE = re.compile(r"([A-Za-z]{1,4})([0-9]{1,8})")
_DAMAGED = "The table is an XLSX with a damaged part. Open it in a spreadsheet and save it again as XLSX, or as CSV."
# What holds a cell's value: a number or a reference, an inline text, a formula. Other children of a cell hold none.
_VALUES = ("v", "is", "f")
_LONGEST_NUMBER = 9
_LONGEST_REFERENCE = 200  # White space between elements counts along.

Attributes = dict[str, str]
OnStart = Callable[[str, Attributes], None]
OnText = Callable[[str], None]


def lengths_of_strings(part: bytes) -> list[int]:
    """How many characters each of the shared texts has (`si` of ECMA-376 part 1, section 18.4.8)."""
    lengths: list[int] = []

    def start(name: str, attributes: Attributes) -> None:
        if _local(name) == "si":
            lengths.append(0)

    def text(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    _parse(part, _parser(start, text))
    return lengths


def check_sheet(part: bytes, lengths: Sequence[int]) -> tuple[int, int]:
    """Number of the last row and of the last column that hold anything. Raises TableTooLarge."""
    sheet = _Sheet(lengths)
    _parse(part, sheet.parser)
    sheet.add_text()
    if sheet.last_row * sheet.last_column > MOST_CELLS:
        raise too_large(
            f"has a cell as far out as row {sheet.last_row:,}, column {sheet.last_column:,}; that is room for more "
            f"than the {MOST_CELLS:,} cells that are read"
        )
    return sheet.last_row, sheet.last_column


def _parser(start: OnStart, text: OnText | None) -> expat.XMLParserType:
    # Whatever the part says of its encoding, the library reads it as UTF-8.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _parse(part: bytes, parser: expat.XMLParserType) -> None:
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError):
        raise TableUnreadable(_DAMAGED) from None


def _refuse_doctype(*_: object) -> None:
    # No spreadsheet writes one, and entities are defined in it.
    raise TableUnreadable(_DAMAGED)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Sheet:
    """`row` and `c` elements of a sheet (ECMA-376 part 1, sections 18.3.1.73 and 18.3.1.4).

    Either may leave out where it stands, and then stands after the one before. A cell with a style and nothing in it
    does not count. There are millions of them: only what is needed is looked at, and each name is taken apart once.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        self.parser = _parser(self._start, None)
        self.last_row = self.last_column = 0
        self._row = self._column = 0
        self._lengths = lengths
        self._characters = 0
        self._is_shared = False
        self._value = ""
        self._steps: dict[str, OnStart] = {}

    def _start(self, name: str, attributes: Attributes) -> None:
        step = self._steps.get(name)
        if step is None:
            step = self._steps.setdefault(name, self._step(_local(name)))
        step(name, attributes)

    def _step(self, name: str) -> OnStart:
        known: dict[str, OnStart] = {"c": self._start_cell, "row": self._start_row}
        return known.get(name, self._start_value if name in _VALUES else lambda name, attributes: None)

    def _start_row(self, name: str, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        is_number = number.isascii() and number.isdecimal() and len(number) < _LONGEST_NUMBER
        self._row = int(number) if is_number else self._row + 1
        self._column = 0

    def _start_cell(self, name: str, attributes: Attributes) -> None:
        self.add_text()
        self._is_shared = attributes.get("t") == "s"
        place = attributes.get("r")
        if place is None:
            self._column += 1
            return
        reference = _REFERENCE.fullmatch(place)
        if reference is None:
            raise TableUnreadable(_DAMAGED)
        self._column, self._row = _number(reference[1]), int(reference[2])

    def _start_value(self, name: str, attributes: Attributes) -> None:
        if self._row > self.last_row:
            self.last_row = self._row
        if self._column > self.last_column:
            self.last_column = self._column
        if self._is_shared:
            self.add_text()
            self.parser.CharacterDataHandler = self._read_reference

    def _read_reference(self, text: str) -> None:
        self._value += text
        if len(self._value) > _LONGEST_REFERENCE:
            raise TableUnreadable(_DAMAGED)

    def add_text(self) -> None:
        """Count the shared text that the cell before referred to."""
        if not self._value:
            return
        self.parser.CharacterDataHandler = None
        index, self._value = self._value.strip(), ""
        if index.isascii() and index.isdecimal() and int(index) < len(self._lengths):
            self._characters += self._lengths[int(index)]
        if self._characters > MOST_TEXT:
            raise too_large(f"has more than {MOST_TEXT:,} characters in all its cells")


@lru_cache(maxsize=1024)
def _number(letters: str) -> int:
    """ "A" is 1, "AA" is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
