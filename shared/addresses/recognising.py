"""From a text or a file to the addresses in it: as cards, as a table, or as lines."""

from collections.abc import Iterator
from itertools import chain

from shared.addresses.cleaning import cleaned
from shared.addresses.lines import recognise_line
from shared.addresses.model import Recognised
from shared.addresses.tables import is_heading, recognise_rows, table_in
from shared.addresses.vcards import divided, recognise_card
from shared.errors import TableEmpty
from shared.sheets import read_table
from shared.sheets.delimited import DelimitedText


def recognise(text: str) -> Iterator[Recognised]:
    """Everything in the text that is an address, or looks like one, in order; repetitions too.

    The time it takes grows with the length of the text, whatever stands in it.
    """
    for is_card, piece in divided(cleaned(text).replace("\r\n", "\n").replace("\r", "\n")):
        yield from recognise_card(piece) if is_card else _in_text(piece)


def _in_text(text: str) -> Iterator[Recognised]:
    rows = table_in(text)
    if rows is not None:
        yield from recognise_rows(rows)
        return
    for line in text.splitlines():
        yield from recognise_line(line)


def recognise_file(content: bytes, *, encoding: str | None = None) -> Iterator[Recognised]:
    """The same for a file: a workbook (XLSX), or any text.

    Raises TableEmpty, also where nothing in it looks like an address, TableTooLarge, TableUnreadable.
    """
    table = read_table(content, is_heading=is_heading, encoding=encoding)
    if isinstance(table, DelimitedText):
        found = recognise(table.text)
    else:
        found = recognise_rows([cleaned(cell) for cell in row] for row in table.rows())
    first = next(found, None)
    if first is None:
        raise TableEmpty("There is no e-mail address in the file. Send one with an address for each person.")
    return chain([first], found)
