"""Addresses are found in whatever people paste, with their names where these are clear, and never invented."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.addresses import Recognised, recognise, recognise_file
from shared.errors import TableEmpty, TableUnreadable
from shared.schemas.registrations import Applicant
from shared.sheets.workbook_writing import xlsx_pieces
from tests.effort import bounded

ADA, BOB, CYD = "ada@example.org", "bob@example.org", "cyd@example.org"


def found(text: str) -> list[tuple[str, str | None]]:
    return [(one.address, one.name) for one in recognise(text) if one.reason is None]


def unusable(text: str) -> dict[str, str]:
    return {one.address: one.reason for one in recognise(text) if one.reason is not None}


LISTS = [
    f"{ADA}\n{BOB}\n{CYD}",
    f"{ADA}\r\n{BOB}\r\n\r\n{CYD}\r\n",
    f"{ADA}\r{BOB}\r{CYD}",
    f"{ADA}; {BOB};{CYD};",
    f"{ADA}, {BOB},,{CYD},",
    f"{ADA} {BOB}\t{CYD}",
    f"{ADA}|{BOB} | {CYD}",
    f"<{ADA}><{BOB}>\n<{CYD}>",
    f'"{ADA}","{BOB}","{CYD}"',
    f"'{ADA}' '{BOB}', ‘{CYD}’",
    f"“{ADA}” «{BOB}» „{CYD}“",
    f"({ADA}) [{BOB}] {{{CYD}}}",
    f"mailto:{ADA} MAILTO:{BOB}?subject=Hi&body=x <mailto:{CYD}>",
    f"\ufeff{ADA}\u200b\n\u2060{BOB}\u00a0{CYD}\u00ad",
    f"{ADA}. {BOB}… {CYD}!",
    f"- {ADA}\n* {BOB}\n• {CYD}",
    f"1. {ADA}\n2) {BOB}\n(3) {CYD}",
    f"{ADA}、{BOB}；{CYD}",
    f"{ADA}، {BOB}؛ {CYD}",
    "ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ bob@example。org cyd﹫example.org",
    "ada (at) example.org, bob[at]example.org, cyd {at} example (dot) org",
    "ada @ example.org, bob@ example.org\ncyd@example.org",
    f"ada%40example.org {BOB} smtp:{CYD}",
    f"To: {ADA}, {BOB}\nCc: {CYD}",
    f"Friends: {ADA}, {BOB}, {CYD};",
    f"<p>{ADA}<br>{BOB}</p><table><tr><td>{CYD}</td></tr></table>",
    f"<ul><li>ada&#64;example.org<li>bob&commat;example&period;org<li>&lt;{CYD}&gt;</ul>",
    f'<a href="mailto:{ADA}">{ADA}</a> <a href="mailto:{BOB}">Write</a> <span>cyd@ex<b>ample</b>.org</span>',
    f"https://user:secret@example.org/x?mail=x@example.org {ADA} http://a.b/@c {BOB} {CYD}",
    f"{ADA} is @ada, and {BOB} is at @bob;\n@decorator\n{CYD}",
    f"{ADA}<mailto:{ADA}>; {BOB} <{BOB}>; '{CYD}' <{CYD}>",
]


@pytest.mark.parametrize("text", LISTS)
def test_lists_of_addresses_in_many_dialects(text: str) -> None:
    assert [address for address, _ in found(text)] == [ADA, BOB, CYD]
    assert [name for _, name in found(text) if name not in {None, "Write"}] == []
    assert unusable(text) == {}


NAMES = [
    (f"Ada Lovelace <{ADA}>", "Ada Lovelace"),
    (f"Ada Lovelace<{ADA}>", "Ada Lovelace"),
    (f'"Ada Lovelace" <{ADA}>', "Ada Lovelace"),
    (f"'Ada Lovelace' <{ADA}>", "Ada Lovelace"),
    (f"Ada <{ADA}>", "Ada"),
    (f'"Lovelace, Ada" <{ADA}>', "Ada Lovelace"),
    (f"Lovelace, Ada <{ADA}>", "Ada Lovelace"),
    (f"de la Cruz, Juana Inés <{ADA}>", "Juana Inés de la Cruz"),
    (f'"Lovelace, PhD" <{ADA}>', "Lovelace"),
    (f'"Ada \\"Countess\\" Lovelace" <{ADA}>', "Ada Countess Lovelace"),
    (f"Ada Lovelace (Analytical Society) <{ADA}>", "Ada Lovelace (Analytical Society)"),
    (f"Office 365 Centre <{ADA}>", "Office 365 Centre"),
    (f"To: Ada Lovelace <{ADA}>", "Ada Lovelace"),
    (f"1. Ada Lovelace <{ADA}>", "Ada Lovelace"),
    (f"• Ada Lovelace – <{ADA}>", "Ada Lovelace"),
    (f"Dr. Ada Lovelace <{ADA}>", "Dr. Ada Lovelace"),
    (f"Ada Lovelace [mailto:{ADA}]", "Ada Lovelace"),
    (f"{ADA} (Ada Lovelace)", "Ada Lovelace"),
    (f"Ada Lovelace ({ADA})", "Ada Lovelace"),
    (f"Ada Lovelace {ADA}", "Ada Lovelace"),
    (f"Ada Lovelace: {ADA}", "Ada Lovelace"),
    (f"Ada Lovelace\t{ADA}", "Ada Lovelace"),
    (f"{ADA};Ada Lovelace", "Ada Lovelace"),
    (f"Ada\u00a0Lovelace\u200b <{ADA}>", "Ada Lovelace"),
    (f"Ada Lovelace\n\t<{ADA}>", "Ada Lovelace"),
    (f"=?utf-8?Q?Jos=C3=A9_Garc=C3=ADa?= <{ADA}>", "José García"),
    (f"=?UTF-8?B?2KPYr9in?= <{ADA}>", "أدا"),
    (f"=?utf-8?Q?Ada=3Cx=40y.org=3E?= <{ADA}>", "Ada x y.org"),
    (f"山田 太郎 <{ADA}>", "山田 太郎"),
    (f"می\u200cخواهم <{ADA}>", "می\u200cخواهم"),
    (f"O’Brien, Conan <{ADA}>", "Conan O'Brien"),
    (f'<a href="mailto:{ADA}">Ada Lovelace</a>', "Ada Lovelace"),
    (f"<b>Ada</b> Lovelace &lt;{ADA}&gt;", "Ada Lovelace"),
    # Not clear, or no name at all.
    (f"Write to {ADA}, please", None),
    (f"Berlin, {ADA}", None),
    (f"E-Mail: {ADA}", None),
    (f"Correo electrónico: <{ADA}>", None),
    (f"Ada;Lovelace;{ADA};London", None),
    (f"old@example.com <{ADA}>", None),
    (f"{'x' * 300} <{ADA}>", None),
    (f"--- <{ADA}>", None),
    (f"12345 <{ADA}>", None),
    (f"=?nonsense?Q?Ada?= <{ADA}>", None),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_names_are_kept_where_they_are_clear(text: str, name: str | None) -> None:
    assert found(text)[-1] == (ADA, name)


def test_no_address_gets_the_name_of_another() -> None:
    text = (
        f"Ada <{ADA}> {BOB}, Cyd Charisse <{CYD}>\n{BOB} {ADA}\nHopper, Grace <grace@example.org>, Lamarr, Hedy <{CYD}>"
    )
    assert found(text) == [
        (ADA, "Ada"),
        (BOB, None),
        (CYD, "Cyd Charisse"),
        (BOB, None),
        (ADA, None),
        ("grace@example.org", "Grace Hopper"),
        (CYD, "Hedy Lamarr"),
    ]


def test_a_forgotten_quotation_mark_swallows_nobody() -> None:
    assert found(f'"Ada <{ADA}>, Bob "B" <{BOB}>; "Cyd" <{CYD}>') == [(ADA, "Ada"), (BOB, "Bob B"), (CYD, "Cyd")]
    assert found(f"<Ada <{ADA}, <{BOB}> >{CYD}<") == [(ADA, None), (BOB, None), (CYD, None)]


TABLES = [
    f"Name,E-mail\nAda Lovelace,{ADA}\nBob B,{BOB}\n",
    f"E-mail;Organisation;Name\n{ADA};Society;Ada Lovelace\n{BOB};;Bob B\n",
    f"Nombre\tApellidos\tCorreo electrónico\nAda\tLovelace\t{ADA}\nBob\tB\t{BOB}",
    f"Prénom;Nom;Courriel\nAda;Lovelace;{ADA}\nBob;B;{BOB}",
    f"Vorname|Nachname|E-Mail-Adresse\nAda|Lovelace|{ADA}\nBob|B|{BOB}",
    "The guests of 2027\n\n"
    f"First Name,Last Name,E-mail 1 - Value,Address\nAda,Lovelace,{ADA},1 Road\nBob,B,{BOB},2 Road",
    f'"Last Name","First Name","E-mail Address","E-mail 2 Address"\n"Lovelace","Ada","{ADA}","x@example.org"\n'
    f'"B","Bob","","{BOB}"',
    f"name,email\n\"Lovelace, Ada\",<{ADA}>\nBob B,'{BOB}'\n",
    f"name,email\nAda Lovelace,mailto:{ADA}\n,Bob B <{BOB}>\n",
    f"الاسم,البريد الالكتروني\nAda Lovelace,{ADA}\nBob B,{BOB}\n",
]


@pytest.mark.parametrize("text", TABLES)
def test_tables_with_headings_in_any_order_and_language(text: str) -> None:
    assert found(text) == [(ADA, "Ada Lovelace"), (BOB, "Bob B")]
    assert list(recognise_file(text.encode())) == list(recognise(text))


def test_rows_that_are_not_like_the_others_lose_nobody() -> None:
    text = f"email,name\n{ADA},Ada\n\nBob B,{BOB}\nnowhere,Cyd\n,\n{CYD};dan@example.org,Both\n"
    assert found(text) == [(ADA, "Ada"), (BOB, "Bob B"), (CYD, None), ("dan@example.org", None)]
    assert unusable(text) == {"nowhere": "There must be an @-sign."}


def test_a_table_with_a_broken_quote_is_read_line_by_line() -> None:
    assert [address for address, _ in found(f'email,name\n"{ADA},Ada\n{BOB},Bob')] == [ADA, BOB]


def test_vcards() -> None:
    cards = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lovelace;Ada;;;\r\n"
        f"FN:Ada Lovelace\r\nEMAIL;TYPE=INTERNET:{ADA}\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\nVERSION:2.1\n"
        f"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Garc=C3=ADa;Jos=C3=A9\nitem1.EMAIL;pref:{BOB}\n"
        f"END:VCARD\n{CYD}\n"
        "BEGIN:VCARD\nFN:Long\n  Name\nEMAIL:dan@exam\n ple.org\nEND:VCARD"
    )
    expected = [(ADA, "Ada Lovelace"), (BOB, "José García"), (CYD, None), ("dan@example.org", "Long Name")]
    assert found(cards) == expected
    assert [(one.address, one.name) for one in recognise_file(cards.encode())] == expected


def test_workbooks_and_other_files() -> None:
    workbook = b"".join(xlsx_pieces(["Nom complet", "Courriel"], [["Ada Lovelace", ADA]], title="Feuille"))
    no_headings = b"".join(xlsx_pieces(["Ada Lovelace", ADA], [["Bob B", BOB]], title="Hoja"))
    assert list(recognise_file(workbook)) == [Recognised(ADA, "Ada Lovelace")]
    assert list(recognise_file(no_headings)) == [Recognised(ADA, "Ada Lovelace"), Recognised(BOB, "Bob B")]
    assert list(recognise_file(f"José García <{ADA}>".encode("utf-16"))) == [Recognised(ADA, "José García")]
    for nothing in (b" \n", b"nobody in here", b"name,email\n,\n"):
        with pytest.raises(TableEmpty):
            recognise_file(nothing)
    with pytest.raises(TableUnreadable):
        list(recognise_file(b"%PDF-1.7"))


def test_addresses_are_as_registering_would_keep_them() -> None:
    text = "Ada.L@EXAMPLE.ORG jose@exämple.org o'brien+tag@sub.example.org x@example.travel a&b@example.org"
    assert [address for address, _ in found(text)] == [
        "Ada.L@example.org", "jose@xn--exmple-cua.org", "o'brien+tag@sub.example.org", "x@example.travel",
        "a&b@example.org",
    ]  # fmt: skip


def test_what_only_looks_like_an_address_is_reported_with_why() -> None:
    text = (
        "bob@localhost ada@example..org @example.org cyd@ dan@@example.org eve@fay@example.org josé@example.org "
        f"gus@-example.org x@example.test {'y' * 70}@{'z' * 300}.org"
    )
    reasons = unusable(text)
    assert found(text) == []
    assert len(reasons) == 10
    assert "period" in reasons["bob@localhost"]
    assert "two periods" in reasons["ada@example..org"]
    assert "before the @-sign" in reasons["@example.org"]
    assert "after the @-sign" in reasons["cyd@"]
    assert reasons["dan@@example.org"] == reasons["eve@fay@example.org"] == "There is more than one @-sign in it."
    assert "é" in reasons["josé@example.org"]
    assert all(len(piece) <= 254 for piece in reasons)


@pytest.mark.parametrize("text", ["", " \n", "@", "@@@", "@ada @bob", "a @ b", "x@", "# @media {}", "\x00\ud800@"])
def test_what_is_no_address_at_all_is_left_alone(text: str) -> None:
    assert list(recognise(text)) == []


# Whatever took the square of its length would be at it for an hour.
LONG = 500_000
HOSTILE = [
    "<<<<@@@@", "@", "<", '"', '"a\\"', "a", "a@", "(", "=?utf-8?q?", "=?", "&#", "&#x", "<a ", "<br><style>",
    "<br><!--", "<br><a href=mailto:", "a.org@", "email,name\n", "begin:vcard\n", "begin:vcard\nEMAIL:", "a.b;c;", " ",
    "\n \n <", "(at ", "https://", "[mailto:", "\u200c@", "a,", '",', "<@>", "\t", "- ", "Ada ", "%40", " @ ", "a@ a.",
]  # fmt: skip


@pytest.mark.parametrize("part", HOSTILE)
def test_long_hostile_texts_are_read_in_time(part: str) -> None:
    text = part * (LONG // len(part))
    for hostile in (text, f"<br>email,name\n{text} {ADA}"):
        assert all(one.reason or "@" in one.address for one in islice(recognise(hostile), 50_000))


locals_ = st.sampled_from(["ada", "a", "ada.l", "o'neill", "x+tag", "first_last", "_x", "7up", "a-b", "ADA", "a&b"])
domains = st.sampled_from(["example.org", "x.museum", "sub.example.com", "a-b.es", "0.example.net", "xn--bcher-kva.de"])
addresses = st.builds("{}@{}".format, locals_, domains)
given_names = st.sampled_from(["Ada", "José", "Ana María", "Grace Brewster", "山田", "Ahmed", "O'Neill"])
wrappers = st.sampled_from(
    [
        "{}",
        "<{}>",
        "'{}'",
        '"{}"',
        "mailto:{}",
        "({})",
        "[{}]",
        "{}.",
        "{},",
        "\u200b{}\ufeff",
        "<mailto:{}>",
        "  {}\u00a0",
    ]
)
separators = st.sampled_from([",", ";", "\n", "\r\n", " ", "\t", " | ", ", ", ";\n", "\u2028", "\u00a0", "、"])


@bounded(300)
@given(st.text())
def test_any_text_is_read_and_gives_nothing_that_registering_would_refuse(text: str) -> None:
    for one in recognise(text):
        if one.reason is None:
            kept = Applicant(name=one.name or "Somebody", address=one.address, consent=True)
            assert (kept.address, kept.name) == (one.address, one.name or "Somebody")
        assert len(one.address) <= 254
        assert one.address.isprintable() or one.reason is not None


SIGNS = st.sampled_from([
    '"', "<", ">", "@", ",", ";", "ada", "x.org", "\n", "\t", " ", "(", ")", "mailto:", "<br>", "&lt;", "begin:vcard\n",
    "email:", "name,email\n", "=?utf-8?q?", "?=", "\\", "'",
])  # fmt: skip


@bounded(200)
@given(st.lists(SIGNS))
def test_any_heap_of_signs_is_read(parts: list[str]) -> None:
    for one in recognise("".join(parts)):
        assert one.reason or "@" in one.address
        assert one.name is None or one.name.strip() == one.name != ""


@bounded(200)
@given(st.lists(st.tuples(addresses, wrappers), min_size=1, max_size=8, unique_by=lambda one: one[0]), st.data())
def test_no_address_is_lost_or_invented_however_it_is_wrapped_and_divided(
    people: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = "".join(wrapper.format(address) + data.draw(separators) for address, wrapper in people)
    assert [one.address for one in recognise(text)] == [address for address, _ in people]


@bounded(100)
@given(st.lists(st.tuples(given_names, addresses), min_size=1, max_size=6), st.sampled_from(["; ", ", ", "\n", ",\n "]))
def test_every_name_stays_with_its_address(people: list[tuple[str, str]], separator: str) -> None:
    text = separator.join(f"{name} <{address}>" for name, address in people)
    assert found(text) == [(address, name) for name, address in people]


@bounded(60)
@given(st.lists(addresses, min_size=1, max_size=6), st.permutations(["E-mail", "Nombre completo", "Ciudad"]),
       st.sampled_from([",", ";", "\t"]))  # fmt: skip
def test_the_order_of_columns_does_not_matter(people: list[str], columns: list[str], delimiter: str) -> None:
    cells = [{"E-mail": address, "Nombre completo": "Ada Lovelace", "Ciudad": "Porto"} for address in people]
    rows = [columns, *([row[column] for column in columns] for row in cells)]
    assert found("\n".join(map(delimiter.join, rows))) == [(address, "Ada Lovelace") for address in people]
