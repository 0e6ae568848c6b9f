"""Whole mails, as octets on the wire and as the standard library reads them back."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.mail import mime
from shared.mail.headers import clean_subject
from shared.mail.mime import Mail

INVITATION = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Plenary//Plenary//EN\r\nMETHOD:REQUEST\r\n"
    "BEGIN:VEVENT\r\nSUMMARY:Ciutats i aigua\\, però 城\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()
CONFIRMATION = Mail(
    from_name="Xarxa internacional",
    from_address="events@mail.example.org",
    to_name="Ada Lovelace",
    to_address="ada@example.org",
    reply_to="host@city.example",
    subject="Confirmació: Ciutats i aigua (22 juliol)",
    plain="Hola Ada,\nt'esperem.\n",
    html="<p>Hola Ada,<br>t'esperem.</p>\n",
    language="ca",
    message_id="confirm.0198c3f4-7b7e-7b1e-a1f2-2b1d5a0c9f11.0@mail.example.org",
    date=datetime(2026, 7, 1, 8, 30, tzinfo=UTC),
    calendar=INVITATION,
    list_unsubscribe_url="https://events.example.org/unsubscribe/" + "t0ken-" * 20,
    references="invite.0198c3f4-7b7e-7b1e-a1f2-2b1d5a0c9f11.0@mail.example.org",
    feedback_id="confirm:0198c3f4-7b7e-7b1e-a1f2-2b1d5a0c9f11:xarxa:plenary",
)
HEADERS = """From To Reply-To Subject Date Message-ID In-Reply-To References Auto-Submitted X-Auto-Response-Suppress
List-Unsubscribe List-Unsubscribe-Post Feedback-ID MIME-Version Content-Type Content-Language""".split()


def octets_of(mail: Mail) -> bytes:
    return mime.octets(mail)


def read_back(mail: Mail) -> EmailMessage:
    message = message_from_bytes(octets_of(mail), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def tree(message: MIMEPart) -> object:
    parts = [tree(part) for part in message.iter_parts()] if message.is_multipart() else []
    return {message.get_content_type(): parts} if parts else message.get_content_type()


def leaf(message: EmailMessage, content_type: str) -> EmailMessage:
    (part,) = [part for part in message.walk() if part.get_content_type() == content_type]
    assert isinstance(part, EmailMessage)
    return part


def test_an_invitation_has_its_calendar_as_last_alternative_and_once_more_as_a_file() -> None:
    message = read_back(CONFIRMATION)

    assert tree(message) == {
        "multipart/mixed": [
            {"multipart/alternative": ["text/plain", "text/html", "text/calendar"]},
            "application/ics",
        ]
    }
    assert leaf(message, "text/calendar").get_content().encode() == INVITATION
    assert leaf(message, "application/ics").get_content() == INVITATION


def test_the_calendar_part_is_for_buttons_and_the_file_for_saving() -> None:
    message = read_back(CONFIRMATION)

    part, file = leaf(message, "text/calendar"), leaf(message, "application/ics")
    assert dict(part["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert part["Content-Disposition"] is None
    assert part["Content-ID"] is None
    assert file.get_filename() == "invite.ics"
    assert file.get_content_disposition() == "attachment"
    assert dict(file["Content-Type"].params) == {"name": "invite.ics"}


def test_the_method_of_the_part_is_the_one_of_the_calendar() -> None:
    cancelled = replace(CONFIRMATION, calendar=INVITATION.replace(b"METHOD:REQUEST", b"METHOD:CANCEL"))

    assert leaf(read_back(cancelled), "text/calendar")["Content-Type"].params["method"] == "CANCEL"


@pytest.mark.parametrize("calendar", [b"", INVITATION.replace(b"METHOD:REQUEST\r\n", b""), INVITATION + INVITATION])
def test_a_calendar_without_one_method_is_refused(calendar: bytes) -> None:
    with pytest.raises(ValueError, match="exactly one METHOD"):
        mime.octets(replace(CONFIRMATION, calendar=calendar))


def test_a_mail_without_a_calendar_is_text_and_html_only() -> None:
    message = read_back(replace(CONFIRMATION, calendar=None))

    assert tree(message) == {"multipart/alternative": ["text/plain", "text/html"]}


def test_the_headers_are_exactly_these() -> None:
    message = read_back(CONFIRMATION)

    assert {name: str(message[name]) for name in HEADERS if name not in {"Content-Type", "MIME-Version"}} == {
        "From": "Xarxa internacional <events@mail.example.org>",
        "To": "Ada Lovelace <ada@example.org>",
        "Reply-To": "host@city.example",
        "Subject": "Confirmació: Ciutats i aigua (22 juliol)",
        "Date": "Wed, 01 Jul 2026 08:30:00 +0000",
        "Message-ID": f"<{CONFIRMATION.message_id}>",
        "In-Reply-To": f"<{CONFIRMATION.references}>",
        "References": f"<{CONFIRMATION.references}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": f"<{CONFIRMATION.list_unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": CONFIRMATION.feedback_id,
        "Content-Language": "ca",
    }
    assert message.keys() == HEADERS


def test_what_is_not_given_has_no_header() -> None:
    bare = replace(CONFIRMATION, reply_to=None, list_unsubscribe_url=None, references=None, feedback_id=None)
    left_out = {"Reply-To", "In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"}

    assert set(HEADERS) - set(read_back(bare).keys()) == left_out


def test_links_and_identifiers_are_readable_on_the_wire() -> None:
    head = octets_of(CONFIRMATION).partition(b"\r\n\r\n")[0].decode("ascii")

    assert f"\r\nList-Unsubscribe: <{CONFIRMATION.list_unsubscribe_url}>\r\n" in head
    assert f"\r\nMessage-ID: <{CONFIRMATION.message_id}>\r\n" in head
    assert f"\r\nFeedback-ID: {CONFIRMATION.feedback_id}\r\n" in head


def test_a_message_id_may_come_in_its_brackets() -> None:
    bracketed = replace(CONFIRMATION, message_id=f"<{CONFIRMATION.message_id}>")

    assert octets_of(bracketed).count(f"<{CONFIRMATION.message_id}>".encode()) == 1


@given(plain=st.text(st.characters(exclude_categories=["Cs"])), html=st.text(st.characters(exclude_categories=["Cs"])))
@example(plain="x" * 5000, html="é" * 5000)
@example(plain=".\r\n.\r\nFrom me", html="\r\n--boundary--\r\n")
@settings(deadline=None, max_examples=60)
def test_every_body_travels_in_base64_and_arrives_whole(plain: str, html: str) -> None:
    octets = octets_of(replace(CONFIRMATION, plain=plain, html=html))
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)

    assert octets.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert [part["Content-Transfer-Encoding"] for part in message.walk() if not part.is_multipart()] == ["base64"] * 4
    for content_type, text in (("text/plain", plain), ("text/html", html)):
        received = leaf(message, content_type).get_content()
        assert re.split("\r\n|\r|\n", received.removesuffix("\r\n")) == re.split("\r\n|\r|\n", lines_ended(text)[:-1])


def lines_ended(text: str) -> str:
    """A body ends with a line break, whether its writer put one or not."""
    return re.sub("(\r\n|\r|\n)?$", "\n", text, count=1) if text else "\n"


@given(name=st.text(), subject=st.text(), organisation=st.text())
@example(
    name="A 💩 x=?UTF-8?Q?=0A?=Bcc: b@example.org", subject="A 💩 x=?UTF-8?Q?=0A?=Bcc: b@example.org", organisation=""
)
@example(name='Lovelace, Ada" <b@example.org>, "' * 9, subject="a\r\nBcc: b@example.org", organisation="a, b\r\n\r\nc")
@example(name="x" * 10_000, subject="x, " * 10_000, organisation="é, " * 10_000)
@example(name="\u202eعائشة\u202c", subject="مدن ومياه", organisation="\U0001f468\u200d\U0001f469" * 30)
@settings(deadline=None, max_examples=100)
def test_no_name_and_no_subject_adds_a_header_or_a_recipient(name: str, subject: str, organisation: str) -> None:
    mail = replace(CONFIRMATION, to_name=name, subject=subject, from_name=organisation)

    octets, message = octets_of(mail), read_back(mail)

    written = re.findall(rb"^([!-9;-~]+):", octets.partition(b"\r\n\r\n")[0], re.MULTILINE)
    assert [header.decode() for header in written] == message.keys() == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@example.org"]
    assert [address.addr_spec for address in message["From"].addresses] == ["events@mail.example.org"]
    assert message["Subject"] == clean_subject(subject)
    assert octets.isascii()


def built_by_the_standard_library(mail: Mail) -> EmailMessage:
    """The same mail as Python's own package builds it, which takes its time and quotes some headers in its own way."""
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(mail.plain, cte="base64")
    message.add_alternative(mail.html, subtype="html", cte="base64")
    if mail.calendar is not None:
        params = {"method": mime.calendar_method(mail.calendar)}
        message.add_alternative(mail.calendar.decode(), subtype="calendar", params=params, cte="base64")
        name = {"name": "invite.ics"}
        message.add_attachment(mail.calendar, maintype="application", subtype="ics", filename="invite.ics", params=name)
    return message


def parts(message: EmailMessage) -> list[tuple[str, dict[str, str], str | None, object, object]]:
    """Of every part what a mail program goes by."""
    return [
        (
            part.get_content_type(),
            {name: value for name, value in part["Content-Type"].params.items() if name != "boundary"},
            part.get_content_disposition(),
            None if part.is_multipart() else part["Content-Transfer-Encoding"],
            None if part.is_multipart() else part.get_content(),
        )
        for part in message.walk()
        if isinstance(part, EmailMessage)
    ]


# What Python takes for the end of a line in text ends none in a mail.
bodies = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))


@given(plain=bodies, html=bodies, calendar=st.sampled_from([None, INVITATION]))
@example(plain="", html="", calendar=INVITATION)
@example(plain="a\r\rb\n\r\nc", html="\n\n", calendar=None)
@settings(deadline=None, max_examples=150)
def test_the_standard_library_would_have_built_the_same_tree(plain: str, html: str, calendar: bytes | None) -> None:
    mail = replace(CONFIRMATION, plain=plain, html=html, calendar=calendar)
    theirs = message_from_bytes(built_by_the_standard_library(mail).as_bytes(), policy=policy.default)

    ours = read_back(mail)
    assert isinstance(theirs, EmailMessage)
    assert parts(ours) == parts(theirs)
    assert [part.defects for part in ours.walk()] == [[] for _ in theirs.walk()]


def test_a_boundary_stands_in_no_body() -> None:
    boundaries = [part.get_boundary() for part in read_back(CONFIRMATION).walk() if part.is_multipart()]
    hostile = "".join(f"\r\n--{boundary}--\r\n" for boundary in boundaries)

    message = read_back(replace(CONFIRMATION, plain=hostile, html=hostile, subject=hostile, to_name=hostile))

    assert len(set(boundaries)) == 2
    assert tree(message) == tree(read_back(CONFIRMATION))
    assert leaf(message, "text/plain").get_content() == hostile


@pytest.mark.parametrize(
    "broken",
    [
        "Subject: Cities\r\nBcc: b@example.org\r\n",
        "Subject: Cities\r\n\r\nThe body begins\r\n",
        "Subject: Cities\nBcc: b@example.org\r\n",
        "Subject: Cities\rBcc: b@example.org\r\n",
        "Subject: Cities",
    ],
)
def test_a_header_that_breaks_out_of_its_line_is_noticed_in_time(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.mail.mime._common_subject_line", lambda text: broken)

    with pytest.raises(MessageError, match="read back"):
        octets_of(CONFIRMATION)


@pytest.mark.parametrize(
    "wrong",
    [
        {"to_address": "ada@example.org, bob@example.org"},
        {"from_address": "josé@example.org"},
        {"reply_to": "Host <host@city.example>"},
        {"language": "ca\r\nBcc: x@y.org"},
        {"message_id": "confirm 1@mail.example.org"},
        {"references": "<a@b> <c@d>"},
        {"date": datetime(2026, 7, 1, 8, 30)},
        {"list_unsubscribe_url": "https://events.example.org/u/a>, <mailto:x@y.org"},
        {"list_unsubscribe_url": "https://events.example.org/u/=?utf-8?q?a?="},
        {"feedback_id": "a:b:c:d:e"},
    ],
)
def test_what_no_server_should_carry_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        mime.octets(replace(CONFIRMATION, **wrong))  # type: ignore[arg-type]
