"""How much of a table is read. More is refused before it is loaded, by what is there and not by what is announced."""

from collections.abc import Sequence

from shared.errors import TableTooLarge

LARGEST = 20 * 1024 * 1024  # Bytes of the file. 100,000 people with ten columns are 12 MiB of CSV, 8 MiB of XLSX.
MOST_ROWS = 200_000
MOST_COLUMNS = 200
# A table in memory costs about 32 bytes for each cell, empty or not.
MOST_CELLS = 4_000_000
LONGEST_CELL = 100_000  # Characters. Whole files hide in a cell where a quotation mark is missing.
# Bytes of an XLSX once unpacked: it is XML, so ten to twenty times the file. A zip bomb is a thousand times.
MOST_UNPACKED = 160 * 1024 * 1024
# Characters of text in all cells together: short texts that are referred to a million times are long as well.
MOST_TEXT = 50_000_000


def too_large(fact: str) -> TableTooLarge:
    return TableTooLarge(
        f"The table {fact}. Divide it into several files, keep only the columns that are needed, and import one by one."
    )


def refuse_many_rows(number: int) -> None:
    if number > MOST_ROWS + 1:  # The headings are a row as well.
        raise too_large(f"has more than the {MOST_ROWS:,} rows that are read at once")


def refuse_many_columns(number: int) -> None:
    if number > MOST_COLUMNS:
        raise too_large(f"has more than the {MOST_COLUMNS} columns that are read")


def refuse_long_cells(number: int, row: Sequence[str]) -> None:
    if max(map(len, row), default=0) > LONGEST_CELL:
        raise too_large(f"has a cell of more than {LONGEST_CELL:,} characters in row {number:,}")
