"""XLSX: written and read back, and files that were made to harm."""

import io
import resource
import struct
import zlib
from collections.abc import Iterable
from datetime import date, datetime
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import PlenaryError, TableEmpty, TableTooLarge, TableUnreadable
from shared.sheets import read_table
from shared.sheets.workbook_writing import xlsx_pieces
from tests.shared.sheets.workbook_files import packed, text_cell, workbook

ROW = '<row r="1">' + text_cell("A1", "email") + "</row>"


def rows_of(content: bytes) -> list[list[str]]:
    return list(read_table(content, is_heading=lambda cell: False).rows())


def written(rows: Iterable[list[str]]) -> bytes:
    return b"".join(xlsx_pieces(["a", "b"], rows, title="People"))


cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t<&>\"'="), max_size=20
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=5))
def test_what_is_written_is_read_back_the_same(rows: list[list[str]]) -> None:
    full = [row for row in rows if all(row)]
    assert rows_of(written(full)) == [["a", "b"], *full]


def test_kinds_of_cells_are_told_apart() -> None:
    values = [[5, 2.5], [date(2027, 3, 3), datetime(2027, 3, 3, 15, 30)], [None, "=1+1"]]
    content = b"".join(xlsx_pieces(["a", "b"], values, title="Mixed"))
    assert rows_of(content)[1:] == [["5", "2.5"], ["2027-03-03", "2027-03-03 15:30:00"], ["", "=1+1"]]


def test_what_looks_like_a_formula_is_written_as_text_and_stays_text_when_edited() -> None:
    content = written([["=HYPERLINK(1)", "@x"]])
    with ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count('s="1" t="inlineStr"') == 2


def test_a_formula_is_read_as_its_last_value_and_never_as_what_it_would_do() -> None:
    formula = '<c r="A1" t="str"><f>HYPERLINK("http://evil.example")</f><v>Ada</v></c>'
    assert rows_of(workbook(f'<row r="1">{formula}<c r="B1"><f>1+1</f></c></row>')) == [["Ada"]]


def test_numbers_and_dates_read_as_they_would_be_typed() -> None:
    row = (
        '<row r="1"><c r="A1"><v>34600123123</v></c><c r="B1" s="3"><v>46000</v></c>'
        '<c r="C1" t="b"><v>1</v></c><c r="D1"><v>0.1</v></c><c r="E1" t="e"><v>#N/A</v></c></row>'
    )
    assert rows_of(workbook(row))[0][:4] == ["34600123123", "2025-12-09", "yes", "0.1"]


def test_rows_above_the_first_one_count() -> None:
    assert rows_of(workbook('<row r="3">' + text_cell("B3", "email") + "</row>")) == [[""], [""], ["email"]]


def test_a_cell_at_the_far_end_does_not_take_all_memory() -> None:
    far = ROW + '<row r="1048576">' + text_cell("XFD1048576", "x") + "</row>"
    with pytest.raises(TableTooLarge, match="row 1,048,576"):
        rows_of(workbook(far))


@pytest.mark.parametrize(
    "row",
    [
        "<row r='200002'><c r='A200002'><v>1</v></c></row>",
        "<row r='1048576'><c><v>1</v></c></row>",
        '<row r="1"><c r="ZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="&#88;FD1"><v>1</v></c></row>',
        '<x:row xmlns:x="urn:x" r="1"><x:c r="xfd1048576"><x:v>1</x:v></x:c></x:row>',
        '<row r="1">' + "<c><v>1</v></c>" * 300 + "</row>",
    ],
)
def test_far_cells_are_found_however_they_are_written(row: str) -> None:
    with pytest.raises(TableTooLarge):
        rows_of(workbook(ROW + row))


def test_styled_but_empty_cells_far_out_are_no_reason_to_refuse() -> None:
    assert rows_of(workbook(ROW + '<row r="1048576"><c r="XFD1048576" s="1"/></row>')) == [["email"]]


def test_a_long_text_referred_to_many_times_is_counted_each_time() -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2001))
    with pytest.raises(TableTooLarge, match="characters"):
        rows_of(workbook(cells, strings=["x" * 90_000]))


def test_a_bomb_is_not_unpacked() -> None:
    bomb = workbook(ROW, **{"xl/worksheets/sheet2.xml": " " * (400 * 1024 * 1024)})
    assert len(bomb) < 1024 * 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(TableTooLarge, match="unpacked"):
        rows_of(bomb)

    # In KiB. Making the bomb took more than refusing it may.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024


def test_pictures_and_macros_are_left_packed() -> None:
    with_picture = workbook(ROW, **{"xl/media/image1.png": "\0" * 200_000_000, "xl/vbaProject.bin": "x"})
    assert rows_of(with_picture) == [["email"]]


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(workbook(ROW, **{"xl/worksheets/sheet2.xml": "<worksheet/>" + " " * 5000}))
    size = struct.pack("<I", 5012)
    assert content.count(size) == 2
    with pytest.raises(TableUnreadable):
        rows_of(bytes(content).replace(size, struct.pack("<I", 12)))


@pytest.mark.parametrize(
    "parts",
    [
        {"hello.txt": "no workbook"},
        {"word/document.xml": "<w/>", "[Content_Types].xml": "<Types/>"},
        {"xl/workbook.xml": "<workbook/>"},
        {"xl/workbook.xml": "not xml", "xl/worksheets/sheet1.xml": "<a/>"},
    ],
)
def test_other_archives_are_refused_with_a_remedy(parts: dict[str, str]) -> None:
    with pytest.raises((TableUnreadable, TableEmpty), match=r"[Ss]ave|Send"):
        rows_of(packed(parts))


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet><sheetData>&b;</sheetData></worksheet>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>',
        "<worksheet><sheetData><row",
        '<worksheet><sheetData><row r="1"><c r="1A"><v>1</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="A99999999999"><v>1</v></c></row></sheetData></worksheet>',
        '<?xml version="1.0" encoding="cp037"?>Lworksheet',
        "",
    ],
)
def test_a_damaged_or_cunning_sheet_is_refused(sheet: str) -> None:
    with pytest.raises(TableUnreadable, match="save it again"):
        rows_of(workbook(ROW, **{"xl/worksheets/sheet1.xml": sheet}))


def test_a_protected_workbook_says_that_it_is_protected() -> None:
    content = bytearray(workbook(ROW))
    # Bit 0 of the flags, in the headers and in the directory: encrypted.
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(signature)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(signature, place + 4)
    with pytest.raises(TableUnreadable, match="password"):
        rows_of(bytes(content))


def test_an_empty_workbook_says_so() -> None:
    with pytest.raises(TableEmpty, match="empty"):
        rows_of(workbook(""))


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 2000), byte=st.integers(0, 255))
def test_no_damage_is_a_surprise(place: int, byte: int) -> None:
    content = bytearray(workbook(ROW, strings=["a"]))
    content[place % len(content)] = byte
    try:
        rows_of(bytes(content))
    except PlenaryError:
        pass


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 5000), piece=st.binary(min_size=1, max_size=4))
def test_no_damage_inside_of_a_sheet_is_a_surprise(place: int, piece: bytes) -> None:
    with ZipFile(io.BytesIO(workbook(ROW * 3, strings=["a"]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = sorted(parts)[place % len(parts)]
    part = bytearray(parts[name])
    start = place % len(part)
    part[start : start + len(piece)] = piece
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for other, whole in (parts | {name: bytes(part)}).items():
            archive.writestr(other, whole)
    assert zlib.crc32(content.getvalue())
    try:
        rows_of(content.getvalue())
    except PlenaryError:
        pass


def test_a_sheet_that_is_full_goes_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.sheets.workbook_writing._ROWS_IN_SHEET", 3)
    content = written([[str(number), "x"] for number in range(4)])
    with ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "sheet" in name]
    assert [sheet.count("<row") for sheet in sheets] == [3, 3]
    assert '"People 2"' in ZipFile(io.BytesIO(content)).read("xl/workbook.xml").decode()
