"""Which row holds the headings, and which column holds what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from shared.errors import ColumnMissing, InvalidInput
from shared.registration_tables import headings
from shared.sheets import Table, folded

# Titles and notes may stand above the headings.
_LOOKED_AT = 20
_SHOWN = 12
ANSWERS = "answers."


@dataclass(frozen=True)
class Layout:
    """`row` is the number of the heading row; `columns` say field → index, `titles` field → heading as it stands there.

    The field of an answer is `answers.` and the question's key.
    """

    row: int
    columns: dict[str, int]
    titles: dict[str, str]
    unused: list[str]


class Reader:
    """Recognises headings for one event: the usual words, its questions, and what the caller says of its columns."""

    def __init__(self, wished: Mapping[str, str], questions: Mapping[str, Sequence[str]] | None = None) -> None:
        """`wished` is field → heading; `questions` is key → the texts it is known by. Raises InvalidInput."""
        self._known = {folded(text): ANSWERS + key for key, texts in (questions or {}).items() for text in texts}
        self._known |= headings.FIELD_OF
        self._fields = {*headings.HEADINGS, *self._known.values()}
        self._wished = {self._field(name): folded(heading) for name, heading in wished.items()}
        asked = set(self._wished)
        self._known = {heading: field for heading, field in self._known.items() if field not in asked}
        self._known |= {heading: field for field, heading in self._wished.items()}

    def _field(self, name: str) -> str:
        for candidate in (name, ANSWERS + name, self._known.get(folded(name), "")):
            if candidate in self._fields:
                return candidate
        known = ", ".join(sorted(self._fields))
        raise InvalidInput(
            "A column was named for a field that there is not. Name one of those there are.",
            fields={"column": f"names a field that is not one of {known}"},
        )

    def is_heading(self, cell: str) -> bool:
        return folded(cell) in self._known

    def layout(self, table: Table) -> Layout:
        """Raises ColumnMissing where the address, the name, or a column that was asked for is not found."""
        first = list(islice(table.rows(), _LOOKED_AT))
        for number, row in enumerate(first, start=1):
            fields = [self._known.get(folded(cell)) for cell in row]
            if headings.ADDRESS in fields:
                return self._checked(number, row, fields)
        seen = next((row for row in first if any(row)), [])
        raise _missing("the e-mail address", headings.ADDRESS, "email", seen)

    def _checked(self, number: int, row: Sequence[str], fields: Sequence[str | None]) -> Layout:
        columns: dict[str, int] = {}
        for index, field in enumerate(fields):
            if field is not None:
                columns.setdefault(field, index)  # Of two columns that say the same, the first.
        columns[headings.ADDRESS] = self._address_column(row, fields)
        if not columns.keys() & {headings.NAME, headings.FIRST_NAME, headings.LAST_NAME}:
            raise _missing("the name", headings.NAME, "name", row)
        for field in self._wished:
            if field not in columns:
                raise _missing(f"“{field}” under the heading that was named", field, "…", row)
        used = set(columns.values())
        unused = [_shown(cell) for index, cell in enumerate(row) if index not in used and cell.strip()]
        return Layout(number, columns, {field: _shown(row[index]) for field, index in columns.items()}, unused)

    def _address_column(self, row: Sequence[str], fields: Sequence[str | None]) -> int:
        """Beside a column for e-mail, "address" is where somebody lives."""
        found = [index for index, field in enumerate(fields) if field == headings.ADDRESS]
        is_wished = headings.ADDRESS in self._wished
        clear = [index for index in found if is_wished or folded(row[index]) != headings.ADDRESS]
        return (clear or found)[0]


def _shown(heading: str) -> str:
    return " ".join(heading.split())[:80]


def _missing(what: str, field: str, example: str, row: Sequence[str]) -> ColumnMissing:
    there = ", ".join(f"“{_shown(cell)}”" for cell in row[:_SHOWN] if cell.strip() and "@" not in cell)
    return ColumnMissing(
        f"The table has no column for {what}; its first row reads {there or 'nothing'}. Give the column a heading such "
        f"as “{example}”, or say which one it is (column: {field}=HEADING).",
        fields={field: "has no column"},
    )


def cell_of(layout: Layout, field: str) -> Callable[[Sequence[str]], str]:
    """Reads the field's cell of a row; an empty text where the table has none."""
    index = layout.columns.get(field)
    if index is None:
        return lambda row: ""
    return lambda row: row[index] if index < len(row) else ""
