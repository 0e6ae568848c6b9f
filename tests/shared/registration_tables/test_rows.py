"""Lists as people keep them: their headings, their ways to write a country, and what is said of a wrong row."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import ColumnMissing, InvalidInput
from shared.registration_tables import cells
from shared.registration_tables.layout import Layout, Reader
from shared.registration_tables.rows import Candidate, RowReader
from shared.schemas.imports import RowRemark
from shared.schemas.registrations import Applicant
from shared.sheets import read_table

AUDIENCES = ["City officials", "Students"]


def read(
    text: str | bytes, columns: dict[str, str] | None = None, questions: dict[str, list[str]] | None = None
) -> tuple[Layout, list[Candidate | list[RowRemark]]]:
    reader = Reader(columns or {}, questions)
    table = read_table(text if isinstance(text, bytes) else text.encode(), is_heading=reader.is_heading)
    layout = reader.layout(table)
    rows = RowReader(layout, AUDIENCES)
    found = [rows.candidate(number, row) for number, row in enumerate(table.rows(), start=1) if number > layout.row]
    return layout, found


def people(text: str | bytes, **more: dict[str, str]) -> list[Applicant]:
    _, found = read(text, **more)
    return [one.applicant for one in found if isinstance(one, Candidate)]


def problems(row: str) -> dict[str | None, str]:
    heading = "name,email,organisation,country,audience,language,time zone\n"
    _, found = read(heading + row)
    [remarks] = found
    assert isinstance(remarks, list), remarks
    assert {remark.row for remark in remarks} == {2}
    return {remark.field: remark.message for remark in remarks}


@pytest.mark.parametrize(
    "text",
    [
        "Name,E-mail,Organisation,City,Country\nAda Lovelace,ada@example.org,Analytical Society,London,GB\n",
        "NOMBRE;Apellidos;Correo electrónico *;Organización;Ciudad;País\n"
        "Ada;Lovelace;ada@example.org;Analytical Society;London;Reino Unido\n",
        "Courriel\tPrénom\tNom\tOrganisme\tVille\tPays\n"
        "ada@example.org\tAda\tLovelace\tAnalytical Society\tLondon\tRoyaume-Uni\n",
        "E-Mail-Adresse|Vorname|Nachname|Firma|Stadt|Land\n"
        "ada@example.org|Ada|Lovelace|Analytical Society|London|Vereinigtes Königreich\n",
        "Participants of the webinar\n\nfull_name,EMAIL,Company,town,Country/Region\n"
        "Ada Lovelace,Ada <ada@example.org>,Analytical Society,London,GBR\n",
    ],
)
def test_a_list_in_any_of_these_languages_means_the_same(text: str) -> None:
    [ada] = people(text)
    assert (ada.name, ada.address, ada.organisation, ada.city, ada.country) == (
        "Ada Lovelace", "ada@example.org", "Analytical Society", "London", "GB"
    )  # fmt: skip


def test_names_that_a_spanish_excel_wrote() -> None:
    text = "Nombre;Apellidos;Correo;Importe\r\nIñaki;Núñez;inaki@example.org;1.234,50\r\n"
    [person] = people(text.encode("windows-1252"))
    assert person.name == "Iñaki Núñez"


def test_arabic_names_and_headings_are_read() -> None:
    [person] = people("الاسم الكامل,البريد الإلكتروني,البلد\nأحمد الزهراء,ahmed@example.org,المغرب\n")
    assert (person.name, person.country) == ("أحمد الزهراء", "MA")


def test_beside_an_email_column_the_address_is_where_somebody_lives() -> None:
    [person] = people("name,address,email\nAda,12 St James's Square,ada@example.org\n")
    assert person.address == "ada@example.org"


def test_a_column_can_be_named_by_whoever_imports() -> None:
    text = "Who,Contact,Email\nAda,ada@example.org,secretary@example.org\n"
    [person] = people(text, columns={"name": "Who", "address": "Contact"})
    assert (person.name, person.address) == ("Ada", "ada@example.org")


def test_what_no_field_takes_is_told() -> None:
    layout, _ = read("name,email,Shoe size,\nAda,ada@example.org,38,\n")
    assert layout.unused == ["Shoe size"]
    assert layout.titles == {"name": "name", "address": "email"}


def test_questions_are_known_by_their_key_and_their_label() -> None:
    questions = {"diet": ["What do you eat?", "diet", "¿Qué comes?"]}
    for heading in ("What do you eat", "DIET", "¿que comes?"):
        layout, _ = read(f"name,email,{heading}\n", questions=questions)
        assert layout.columns["answers.diet"] == 2


@pytest.mark.parametrize(
    ("text", "columns", "field", "message"),
    [
        ("name,phone\nAda,1\n", {}, "address", "no column for the e-mail address; its first row reads “name”, “phone”"),
        (
            "Ada,ada@example.org\n",
            {},
            "address",
            "its first row reads “Ada”. Give the column a heading such as “email”",
        ),
        ("email,city\na@example.org,Rome\n", {}, "name", "no column for the name"),
        ("name,email\n", {"city": "Where"}, "city", "no column for “city” under the heading that was named"),
    ],
)
def test_a_missing_column_is_named_with_what_there_is(
    text: str, columns: dict[str, str], field: str, message: str
) -> None:
    with pytest.raises(ColumnMissing, match=message) as refusal:
        read(text, columns=columns)
    assert list(refusal.value.fields) == [field]


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidInput, match="field that there is not"):
        read("name,email\n", columns={"shoe": "Size"})


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        (",ada@example.org", "name", "is empty"),
        ("Ada,", "address", "is empty"),
        ("Ada,ada at example.org", "address", "is not an e-mail address that mail can be sent to: "),
        ("Ada,adá@example.org", "address", "is not an e-mail address"),
        ("Ada\x07,ada@example.org", "name", "control characters"),
        (f"{'A' * 10_000},ada@example.org", "name", "at most 200"),
        (f"Ada,{'a' * 10_000}@example.org", "address", "at most 254"),
        ("Ada,ada@example.org,,Atlantis", "country", "is not a country; give its name"),
        ("Ada,ada@example.org,,,Pirates", "audience", "one of this event's audiences: City officials, Students"),
        ("Ada,ada@example.org,,,,gibberish", "language", "is not one of en, es, fr"),
        ("Ada,ada@example.org,,,,,CET", "time_zone", "is not a time zone"),
    ],
)
def test_a_wrong_row_says_which_field_and_why(row: str, field: str, message: str) -> None:
    assert message in problems(row)[field]


def test_every_problem_of_a_row_is_said_at_once() -> None:
    assert set(problems("Ada,nowhere,,Atlantis,Pirates")) == {"address", "country", "audience"}


@settings(max_examples=200, deadline=None)
@given(local=st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=30), domain=st.text(max_size=20))
def test_what_is_said_of_a_wrong_address_does_not_repeat_it(local: str, domain: str) -> None:
    rows = RowReader(Layout(1, {"name": 0, "address": 1}, {}, []), [])
    found = rows.candidate(2, ["Ada", f"qqq{local}@xyzzy{domain}"])
    if isinstance(found, list):
        assert all("xyzzy" not in remark.message and f"qqq{local}" not in remark.message for remark in found)


def test_a_cell_that_an_export_marked_as_harmless_is_read_as_it_was() -> None:
    [person] = people("name,email,organisation\n'=Ada,ada@example.org,x;'+1\n")
    assert (person.name, person.organisation) == ("=Ada", "x;+1")


def test_somebody_the_file_says_has_cancelled_is_left_in_peace() -> None:
    _, found = read("name,email,Estado\nAda,ada@example.org,Cancelada\nBob,bob@example.org,confirmed\n")
    assert [isinstance(one, Candidate) for one in found] == [False, True]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("es", "ES"), ("España", "ES"), ("ESPAGNE", "ES"), ("esp", "ES"), ("724", "ES"), ("U.S.A.", "US"), ("uk", "GB"),
        ("Estados Unidos", "US"), ("EE. UU.", "US"), ("Côte d’Ivoire", "CI"), ("Deutschland", "DE"), ("Pays-Bas", "NL"),
        ("Méjico", "MX"), ("Brasil", "BR"), ("日本", "JP"), ("المغرب", "MA"), ("Atlantis", None), ("", None),
    ],
)  # fmt: skip
def test_countries_by_code_and_by_name(text: str, code: str | None) -> None:
    assert cells.country(text) == code


@pytest.mark.parametrize(
    ("text", "language"),
    [("es", "es"), ("es-MX", "es"), ("pt_BR", None), ("Español (España)", "es"), ("anglais", "en"), ("Deutsch", None),
     ("français", "fr"), ("qqq", "qqq")],
)  # fmt: skip
def test_a_language_we_do_not_write_in_is_no_mistake(text: str, language: str | None) -> None:
    assert cells.language(text) == language
