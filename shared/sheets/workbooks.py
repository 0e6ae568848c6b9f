"""XLSX: opened only after its size, its cells and its texts were counted; then the rows, as texts."""

import io
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import structlog
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from shared.errors import TableEmpty, TableUnreadable
from shared.sheets.limits import MOST_UNPACKED, refuse_long_cells, refuse_many_columns, refuse_many_rows, too_large
from shared.sheets.workbook_check import check_sheet, lengths_of_strings

log = structlog.get_logger()

# Everything that cells are made of. Pictures, macros and links to elsewhere are left in the file.
_PARTS = ("[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")
_MOST_PARTS = 500
_ENCRYPTED = 0x1
_UNREADABLE = (
    "The table looks like XLSX but cannot be read: it is damaged, or written by a program that does it differently. "
    "Open it in a spreadsheet and save it again as XLSX or as CSV."
)


class Workbook:
    """The first visible sheet that is not empty."""

    def __init__(self, content: bytes) -> None:
        self._sheet = _sheet(_checked(content))

    @property
    def row_count(self) -> int:
        return self._sheet.end[0] + 1 if self._sheet.end else 0

    def rows(self) -> Iterator[list[str]]:
        """Raises TableTooLarge."""
        for number, row in enumerate(self._sheet.iter_rows(), start=1):
            texts = [_text(cell) for cell in row]
            refuse_long_cells(number, texts)
            yield texts


def _checked(content: bytes) -> io.BytesIO:
    """The same workbook, packed anew from the parts that were looked at.

    The library believes what the archive says of itself and makes room for every cell up to the last one, so that a
    file of 5 KB could take all memory there is. It gets exactly the bytes that were counted here.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = _parts(archive)
    except (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise TableUnreadable(_UNREADABLE) from None
    _check(parts)
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name in list(parts):
            archive.writestr(name, parts.pop(name))  # Each is let go of at once: together they can be large.
    packed.seek(0)
    return packed


def _parts(archive: ZipFile) -> dict[str, bytes]:
    wanted = [info for info in archive.infolist() if _is_wanted(info.filename)]
    if len(wanted) > _MOST_PARTS:
        raise too_large(f"has more than the {_MOST_PARTS} sheets that are read")
    if any(info.flag_bits & _ENCRYPTED for info in wanted):
        raise TableUnreadable("The table is protected with a password. Save it without one, and send it again.")
    parts: dict[str, bytes] = {}
    for info in wanted:
        left = MOST_UNPACKED - sum(map(len, parts.values()))
        parts[info.filename] = _unpacked(archive, info, left)
    return parts


def _is_wanted(name: str) -> bool:
    lower = name.lower()
    in_sheets = lower.startswith("xl/worksheets/") and lower.endswith(".xml") and "/_rels/" not in lower
    return lower in _PARTS or lower == "xl/sharedstrings.xml" or in_sheets


def _unpacked(archive: ZipFile, info: ZipInfo, left: int) -> bytes:
    with archive.open(info) as source:
        part = source.read(left + 1)
    if len(part) > left:
        raise too_large(f"is larger than the {MOST_UNPACKED // 2**20} MiB that are unpacked")
    return part


def _check(parts: dict[str, bytes]) -> None:
    strings = next((part for name, part in parts.items() if name.lower() == "xl/sharedstrings.xml"), None)
    lengths = lengths_of_strings(strings) if strings is not None else []
    for name, part in parts.items():
        if name.lower().startswith("xl/worksheets/"):
            rows, columns = check_sheet(part, lengths)
            refuse_many_rows(rows)
            refuse_many_columns(columns)


def _sheet(packed: io.BytesIO) -> CalamineSheet:
    try:
        return _first_sheet(CalamineWorkbook.from_filelike(packed))
    except CalamineError as problem:
        log.info("table.unreadable", error=type(problem).__name__)
        raise TableUnreadable(_UNREADABLE) from None
    except BaseException as problem:
        # A panic in the library is none of the usual exceptions, so that nobody catches it by mistake.
        if type(problem).__name__ != "PanicException":
            raise
        log.warning("table.unreadable", error="PanicException")
        raise TableUnreadable(_UNREADABLE) from None


def _first_sheet(workbook: CalamineWorkbook) -> CalamineSheet:
    for facts in workbook.sheets_metadata:
        if facts.typ == SheetTypeEnum.WorkSheet and facts.visible == SheetVisibleEnum.Visible:
            sheet = workbook.get_sheet_by_name(facts.name)
            if sheet.end is not None:
                return sheet
    raise TableEmpty("The table is empty: no visible sheet has a cell. Send one with a row for each person.")


def _text(cell: Any) -> str:
    """As it would be typed into a CSV: dates in ISO form, whole numbers without a point, formulas as their value."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int | timedelta) else ""
