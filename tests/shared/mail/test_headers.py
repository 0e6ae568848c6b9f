"""Header text from strangers: what is kept, what is refused, and how the lines read afterwards."""

import unicodedata
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.mail.headers import (
    NAME_LENGTH,
    SUBJECT_LENGTH,
    clean_name,
    clean_subject,
    mailbox,
    mailbox_line,
    subject_line,
    token_line,
)

ADDRESS = "ada@example.org"
INJECTIONS = [
    "A 💩 x=?UTF-8?Q?=0A?=Bcc: injected@example.com",
    "Ada\r\nBcc: injected@example.com",
    "Ada\nBcc: injected@example.com\n\nBody",
    'Lovelace, Ada" <injected@example.com>, "',
    "Ada <injected@example.com>",
    "=?utf-8?q?=0d=0aBcc:_injected=40example.com?=",
    "=<?utf-8?q?=0d=0aBcc:_injected=40example.com?=",
    "=\u200b?utf-8?b?QmNjOiB4QHkub3Jn?=",
    "a, b, c; group: x;",
    "(comment) \\",
    "\u202egro.elpmaxe@ada\u202c",
    "x" * 10_000,
    "a," * 5_000,
    "é, " * 5_000,
    "\U0001f3f3\ufe0f\u200d\U0001f308" * 5_000,
    "\u2028\u2029\x85\x0b\x0c\x1c\x00\x7f",
    "\ud800",
    "…" * 200,
]


def octets_of(*, Subject: str | None = None, **mailboxes: Any) -> bytes:
    """A header block of these, the subject last."""
    lines = [mailbox_line(name.replace("_", "-"), box) for name, box in mailboxes.items()]
    lines += [] if Subject is None else [subject_line(Subject)]
    return ("".join(lines) + "\r\n").encode("ascii")


def read_back(octets: bytes) -> EmailMessage:
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def people_in(octets: bytes, header: str) -> list[tuple[str, str]]:
    """Names and addresses, by the standard library's older parser: the newer one puts spaces between encoded words."""
    raw = message_from_bytes(octets).get_all(header, [])
    return [(str(make_header(decode_header(name))), address) for name, address in getaddresses(raw)]


@pytest.mark.parametrize(
    "title",
    [
        "Ciudades y agua: ¿quién decide?",
        'Panel: "Who owns the street?"',
        "مدن ومياه: من يقرر؟",
        "城市与水：谁来决定？",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "Família \U0001f468\u200d\U0001f469\u200d\U0001f467 i ciutat",
        "a < b > c",
        "Straße, naïve, Øresund " * 6,
        "word " * 28 + "end",
        "x" * 150,
        "城" * 150,
    ],
)
def test_an_ordinary_title_reads_as_it_was_written(title: str) -> None:
    octets = octets_of(Subject=title)

    assert read_back(octets)["Subject"] == title.strip()
    assert octets.isascii()


@pytest.mark.parametrize(
    "name",
    ["Ada Lovelace", "O'Brien, Dr. Máire", "García Márquez, Gabriel; Ing.", "عائشة", "王小明", "J. (Jo) Doe", "à" * 60],
)
def test_an_ordinary_name_reads_as_it_was_written(name: str) -> None:
    for header in ("From", "To", "Reply_To"):
        octets = octets_of(**{header: mailbox(name, ADDRESS)})

        assert people_in(octets, header.replace("_", "-")) == [(name, ADDRESS)]


def test_white_space_becomes_one_space_and_what_cannot_be_seen_goes() -> None:
    assert clean_subject("  Cities\t and\r\n water\u2028\u202e\u2066\u200b\ufeff\x00 ") == "Cities and water"
    assert clean_name("\u200eAda\u00a0 \x07Lovelace\u2069") == "Ada Lovelace"


def test_long_texts_are_cut_with_an_ellipsis() -> None:
    assert clean_subject("x" * 151) == "x" * 149 + "…"
    assert clean_name("Ada " * 20) == ("Ada " * 15).strip()[:59].rstrip() + "…"


@pytest.mark.parametrize("name", ["bank@example.com", "Security \uff20 bank", "a\ufe6bb"])
def test_a_name_that_poses_as_an_address_is_dropped(name: str) -> None:
    assert clean_name(name) == ""


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_gets_out_of_its_line(text: str) -> None:
    octets = octets_of(To=mailbox(text, ADDRESS), Reply_To=mailbox(text, ADDRESS), Subject=text)

    message = read_back(octets)
    assert message.keys() == ["To", "Reply-To", "Subject"]
    assert [address.addr_spec for address in message["To"].addresses] == [ADDRESS]
    assert [address.addr_spec for address in message["Reply-To"].addresses] == [ADDRESS]
    assert message["Subject"] == clean_subject(text)
    assert b"injected@example.com" not in octets.partition(b"Subject")[0]


@given(st.text() | st.text(st.sampled_from('aé ,;:=?<>@"\\()[]\r\n\t\u202e\u200d💩_.')))
@example("=" * 50 + "?")
@settings(deadline=None, max_examples=300)
def test_cleaned_text_is_short_and_visible_and_cleaning_it_again_changes_nothing(text: str) -> None:
    subject, name = clean_subject(text), clean_name(text)

    assert (clean_subject(subject), clean_name(name)) == (subject, name)
    assert len(subject) <= SUBJECT_LENGTH
    assert len(name) <= NAME_LENGTH
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in subject + name)
    assert "=?" not in f"{subject} {name}"
    assert not set('"<>\\@') & set(name)


@given(st.text(), st.text())
@settings(deadline=None, max_examples=300)
def test_any_name_and_subject_survive_the_journey(name: str, subject: str) -> None:
    octets = octets_of(To=mailbox(name, ADDRESS), Subject=subject)

    message = read_back(octets)
    assert message.keys() == ["To", "Subject"]
    assert people_in(octets, "To") == [(clean_name(name), ADDRESS)]
    assert [address.addr_spec for address in message["To"].addresses] == [ADDRESS]
    assert message["Subject"] == clean_subject(subject)
    assert all(len(line) <= 76 for line in octets.split(b"\r\n"))


@pytest.mark.parametrize(
    "address",
    [
        "ada+events@example.org",
        "o'brien@sub.example.org",
        "root@localhost",
        "x" * 64 + "@" + "y" * 60 + ".example.org",
        "ada@xn--exmple-cua.org",
    ],
)
def test_an_address_is_written_as_it_stands(address: str) -> None:
    octets = octets_of(To=mailbox("Máire, Ing.", address), From=mailbox(None, address))

    assert octets.count(address.encode()) == 2
    assert read_back(octets)["To"].addresses[0].addr_spec == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example.org, bob@example.org",
        "Ada <ada@example.org>",
        "ada@example.org\r\nBcc: bob@example.org",
        "ada@example.org\n",
        "ada bob@example.org",
        "a..b@example.org",
        '"ada bob"@example.org',
        "ada@[127.0.0.1]",
        "josé@example.org",
        "ada@exämple.org",
        "=?utf-8?q?ada?=@example.org",
        "x" * 65 + "@example.org",
    ],
)
def test_an_address_that_could_be_read_in_two_ways_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="bare ASCII addresses"):
        mailbox("Ada", address)


def test_identifiers_and_links_stay_on_one_line_as_they_are() -> None:
    link, identifier = f"<https://events.example.org/u/{'x' * 200}>", f"<confirm.{'0' * 80}@mail.example.org>"

    lines = token_line("List-Unsubscribe", link) + token_line("References", identifier)

    assert lines == f"List-Unsubscribe: {link}\r\nReferences: {identifier}\r\n"


@pytest.mark.parametrize("value", ["é", "x" * 1000, "two  spaces", "two\r\n lines", "", "a\r\nBcc: bob@example.org"])
def test_an_identifier_that_does_not_fit_on_one_line_of_ascii_is_refused(value: str) -> None:
    with pytest.raises(MessageError, match="visible ASCII"):
        token_line("Feedback-ID", value)
