"""CSV as people save it: any delimiter, any encoding, read back as it was."""

import codecs
import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import TableEmpty, TableTooLarge, TableUnreadable
from shared.sheets import read_table
from shared.sheets.encodings import decoded

HEADINGS = ["name", "email", "city"]
PEOPLE = [["Núria Vidal", "nuria@example.org", "Lleida"], ["Zoë O’Neil", "zoe@example.org", "Köln"]]


def is_heading(cell: str) -> bool:
    return cell in HEADINGS


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def rows_of(content: bytes, **more: str) -> list[list[str]]:
    return list(read_table(content, is_heading=is_heading, **more).rows())


cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from(",;\t|\"'\n"), max_size=20
)


@settings(max_examples=150, deadline=None)
@given(
    people=st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_table_in_any_delimiter_and_encoding_is_read_back_the_same(
    people: list[list[str]], delimiter: str, encoding: str, ends: str
) -> None:
    text = written([HEADINGS, *people], delimiter).replace("\r\n", ends)

    rows = rows_of(text.encode(encoding))

    # Spaces before a quotation mark are no part of a cell, and a line is a line however it ends.
    assert [[cell.lstrip(" ") for cell in row] for row in rows] == [
        HEADINGS,
        *([cell.lstrip(" ") for cell in person] for person in people),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
def test_names_with_accents_survive_what_spreadsheets_do_to_them(delimiter: str, encoding: str) -> None:
    content = written([HEADINGS, *PEOPLE], delimiter).encode(encoding)
    assert rows_of(content) == [HEADINGS, *PEOPLE]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("name;email\nИван Петров;ivan@example.org\nОльга Смирнова;olga@example.org\nДмитрий Козлов;d@example.org\n",
         "windows-1251"),
        ("name,email\n李小龍,li@example.org\n王大明,wang@example.org\n陳美玲,chen@example.org\n", "big5"),
    ],
)  # fmt: skip
def test_older_encodings_of_other_scripts_are_recognised(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


def test_an_encoding_that_is_named_is_used() -> None:
    text = "name,email\nJosé,jose@example.org\n"
    assert decoded(text.encode("cp850"), stated="cp850") == text


@pytest.mark.parametrize("name", ["klingon", "idna", "utf-7", "zlib", "ascii", "unicode_escape", "x" * 500])
def test_an_encoding_that_does_not_fit_is_an_error_with_a_remedy(name: str) -> None:
    with pytest.raises(TableUnreadable, match="Leave the encoding out"):
        decoded("José".encode(), stated=name)


def test_a_semicolon_file_with_decimal_commas_from_a_spanish_excel() -> None:
    content = "name;email;importe\r\nJosé;jose@example.org;1.234,50\r\nIñaki;inaki@example.org;3,5\r\n"
    rows = rows_of(content.encode("windows-1252"))
    assert rows[1:] == [["José", "jose@example.org", "1.234,50"], ["Iñaki", "inaki@example.org", "3,5"]]


def test_the_delimiter_that_a_file_names_itself_is_used_and_its_line_still_counts() -> None:
    assert rows_of(b"sep=;\r\nname;email\r\nAda, Countess;a@example.org\r\n") == [
        [],
        ["name", "email"],
        ["Ada, Countess", "a@example.org"],
    ]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    rows = rows_of(b'name,email\n\n"two\nlines",a@example.org\n')
    assert rows == [["name", "email"], [], ["two\nlines", "a@example.org"]]


@pytest.mark.parametrize("content", [b"", b"  \r\n \n", b"\xef\xbb\xbf", codecs.BOM_UTF16_LE])
def test_an_empty_file_says_so(content: bytes) -> None:
    with pytest.raises(TableEmpty, match="empty"):
        rows_of(content)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7 \x00\x01",
        b"\x89PNG\r\n\x1a\n\x00", b"\xff\xd8\xff\xe0", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0\xa1\xb1",
        b"7z\xbc\xaf\x27\x1c", b"{\\rtf1 name}", b"\x7fELF\x02", b"a\x00b\x01c\x02\x03", b"\x01\x02\x03\x04\x05" * 20,
        bytes(range(256)), b"PK\x03\x04", b"PK\x03\x04" + bytes(200),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_remedy(content: bytes) -> None:
    with pytest.raises(TableUnreadable, match=r"[Ss]ave"):
        rows_of(content)


def test_a_missing_quotation_mark_is_found_by_its_row() -> None:
    content = b"name,email\nAda,a@example.org\n" + b'"Bob,b@example.org\n' + b"Eve,e@example.org\n" * 10_000
    with pytest.raises(TableUnreadable, match=r"from row 3 on.*quotation mark"):
        rows_of(content)


def test_too_many_rows_or_columns_are_refused() -> None:
    with pytest.raises(TableTooLarge, match="200,000 rows"):
        rows_of(b"name\n" + b"a\n" * 200_001)
    with pytest.raises(TableTooLarge, match="200 columns"):
        rows_of(b"name" + b"," * 200)
    with pytest.raises(TableTooLarge, match="bytes"):
        rows_of(b"a" * (20 * 1024 * 1024 + 1))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_are_a_surprise(content: bytes) -> None:
    try:
        rows_of(content)
    except (TableEmpty, TableTooLarge, TableUnreadable):
        pass
