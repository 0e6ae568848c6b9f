"""Mail that was made to do harm, and mail that is merely broken: kept, given a word, and nothing else happens."""

import random
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker.inbound import reading as jobs
from services.worker.inbound.reading import enqueue_inbound, read_inbound
from services.worker.queueing import mail_queue
from shared import return_addresses
from shared.errors import MailUnreadable
from shared.inbound import bounces, complaints, itip, keeping, loops, reading
from shared.inbound.parsing import parse
from shared.models import InboundMail, Message, Registration
from tests.effort import bounded
from tests.factories import deliver_everything, make_event, register
from tests.mailbox import Mailbox
from tests.shared.inbound import answers, reports
from tests.shared.inbound.answers import ANSWERS, google, rsvp
from tests.shared.inbound.arriving import arrive, keep, read_everything, reads_replies
from tests.shared.inbound.reports import BOUNCES, crlf

__all__ = ["reads_replies"]
SOMEBODY = UUID("01912345-6789-7abc-8def-0123456789ab")
BOUNCE = return_addresses.bounce_address(SOMEBODY, reports.ADA)


def nested(depth: int, kind: str = "mixed") -> bytes:
    opening = "".join(f'Content-Type: multipart/{kind}; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return crlf(f"Subject: Deep\nMIME-Version: 1.0\n{opening}Content-Type: text/plain\n\nBottom\n")


def messages_inside(depth: int) -> bytes:
    return crlf("Subject: Deep\n" + "Content-Type: message/rfc822\n\n" * depth + "Bottom\n")


def calendar(body: str, kind: str = "text/calendar; method=REPLY; charset=utf-8") -> bytes:
    return crlf(f"Subject: x\nMIME-Version: 1.0\nContent-Type: {kind}\n\n{body}\n")


def event_with(*lines: str) -> str:
    inside = "\n".join([f"UID:{answers.uid_of(SOMEBODY)}", *lines])
    return f"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n{inside}\nEND:VEVENT\nEND:VCALENDAR"


def attendee(address: str, *, name: str = "", status: str = "ACCEPTED") -> str:
    return f"ATTENDEE;PARTSTAT={status};CN={name}:mailto:{address}"


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one octet": lambda: b"\x00",
    "only line feeds": lambda: b"\n" * 500_000,
    "NUL bytes": lambda: b"\x00" * 900_000,
    "nested 100 deep": lambda: nested(100),
    "nested 5,000 deep": lambda: nested(5_000),
    "nested as deep as is read": lambda: nested(39),
    "alternatives 100 deep": lambda: nested(100, "alternative"),
    "mails inside mails": lambda: messages_inside(2_000),
    "digests": lambda: nested(100, "digest"),
    "100,000 headers": lambda: b"".join(b"X-%d: x\r\n" % n for n in range(100_000)) + b"\r\nBody",
    "one header of a megabyte": lambda: b"Subject: " + b"x" * 1_000_000 + b"\r\n\r\nBody",
    "a type of semicolons": lambda: b"Content-Type: multipart/mixed" + b";" * 900_000 + b"\r\n\r\n",
    "a type of quotes": lambda: b"Content-Type: multipart/mixed; " + b'a="\\"";' * 100_000 + b"\r\n\r\n",
    "a type folded for ever": lambda: b"Content-Type: multipart/mixed;\r\n" + b" a=b;\r\n" * 40_000 + b"\r\n",
    "quotes in a disposition": lambda: b'Content-Disposition: x; filename*0="' + b'";' * 200_000 + b"\r\n\r\n",
    "short lines": lambda: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"-\r\n" * 300_000,
    "many parts": lambda: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 20_000,
    "encoded words": lambda: b"Subject: " + b"=?utf-8?B?4pyT?= " * 50_000 + b"\r\n\r\n",
    "an unknown charset": lambda: calendar("BEGIN:VCALENDAR", "text/calendar; method=REPLY; charset=klingon"),
    "punycode": lambda: calendar("-" * 60_000 + "a" * 60_000, "text/calendar; method=REPLY; charset=punycode"),
    "a charset that unpacks": lambda: calendar("x" * 9, "text/calendar; charset=zlib_codec; method=REPLY"),
    "UTF-16 cut in two": lambda: calendar("abc", "text/calendar; charset=utf-16; method=REPLY"),
    "garbage as base64": lambda: calendar("%%%=====!", "text/calendar\nContent-Transfer-Encoding: base64"),
    "uuencoded garbage": lambda: calendar("begin 1 2\n\x80", "text/calendar\nContent-Transfer-Encoding: x-uuencode"),
    "a large calendar": lambda: calendar("X:" + "y" * 900_000),
    "calendars in calendars": lambda: calendar("BEGIN:VCALENDAR\n" * 4_900),
    "events in events": lambda: calendar("BEGIN:VCALENDAR\nMETHOD:REPLY\n" + "BEGIN:VEVENT\n" * 4_000),
    "ends without beginnings": lambda: calendar("END:VEVENT\n" * 4_000),
    "a rule of every second": lambda: calendar(event_with("DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY")),
    "a zone that never ends": lambda: calendar(
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VTIMEZONE\nTZID:Europe/Madrid\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "RRULE:FREQ=SECONDLY\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:STANDARD\nEND:VTIMEZONE\nEND:VCALENDAR"
    ),
    "a line of a megabyte": lambda: calendar(event_with(attendee("a@b.org", name="x" * 100_000))),
    "2,500 attendees": lambda: calendar(event_with(*[attendee("a@b.org")] * 2_500)),
    "a number of 1,900 digits": lambda: calendar(event_with("SEQUENCE:" + "9" * 1_900, "DTSTAMP:20260101T000000Z")),
    "a negative number": lambda: calendar(event_with("SEQUENCE:-1")),
    "the end of time": lambda: calendar(
        event_with("DTSTAMP:99991231T235959Z", "DTSTART;TZID=Pacific/Apia:00010101T000000")
    ),
    "a length beyond time": lambda: calendar(event_with("DTSTART:20260101T000000Z", "DURATION:P99999999999D")),
    "an address that breaks its line": lambda: calendar(event_with(attendee("a@b\\nBcc: c@d"))),
    "a status of our own making": lambda: calendar(event_with(attendee("a@b.org", status="\u202eDENILCED"))),
    "a report without blocks": lambda: crlf(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\n--b--\n"
    ),
    "a report of 20,000 blocks": lambda: crlf(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\n" + "Action: delayed\n\n" * 20_000 + "--b--\n"
    ),
}


def everything_about(octets: bytes) -> None:
    """All that is done with a mail before anything is written."""
    keeping.digest(octets, BOUNCE)
    keeping.envelope_of(octets)
    with suppress(MailUnreadable):
        mail = parse(octets)
        loops.may_answer(mail, "somebody@example.org")
        report = complaints.report_of(mail)
        if report is not None:
            complaints.feedback_type(report)
        complaints.complained_about(mail)
        if bounces.is_delivery_report(mail):
            words = bounces.failure(mail)
            assert words is None or (len(words) <= 500 and words.isprintable())
            assert len(bounces.not_for_good(mail).words) < 200
        answer = itip.answer_in(mail)
        assert answer is None or 0 <= answer.sequence < 2**31


# Seconds. Without limits these take minutes, or for ever.
@pytest.mark.timeout(60)
@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_mail_made_to_hurt_costs_little_and_raises_nothing(make: Callable[[], bytes]) -> None:
    everything_about(make())


@pytest.mark.usefixtures("reads_replies")
def test_every_one_of_them_is_kept_and_given_a_word(session: Session) -> None:
    for name, make in HOSTILE.items():
        for to in (BOUNCE, rsvp(), f"canary+x@{rsvp().partition('@')[2]}"):
            kept = arrive(session, make()[: keeping.SIZE_LIMIT] + name.encode(), to, sender="")
            assert (kept.status, bool(kept.outcome)) == ("ignored", True), (name, kept.outcome)


VALID = [make(BOUNCE) for make in BOUNCES.values()]
VALID += [make(SOMEBODY) for make in ANSWERS.values()]
VALID += [answers.proposal(SOMEBODY), reports.complaint(rsvp(), BOUNCE), reports.vacation(BOUNCE)]
_SNIPPETS = [
    *(b"\x00", b"\r\n", b"\n", b"\r", b"--", b"\xff\xfe", b";", b'"', b"<>", b"\xe2\x80\xae", b" " * 300),
    *(b"=?utf-8?Q?=0A?=", b"charset=utf-7", b"PARTSTAT=", b"SEQUENCE:99999999999\r\n"),
    *(b"Content-Type: multipart/mixed; boundary=", b"Content-Type: message/rfc822\r\n\r\n"),
    *(b"Content-Transfer-Encoding: base64\r\n", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid mail in which a few things were cut, doubled, swapped or put in."""
    mail = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(mail)))
        end = min(len(mail), at + draw(st.integers(0, 200)))
        change = draw(st.sampled_from(["cut", "double", "put", "turn", "swap"]))
        if change == "cut":
            del mail[at:end]
        elif change == "double":
            mail[at:at] = mail[at:end]
        elif change == "put":
            mail[at:at] = draw(st.sampled_from(_SNIPPETS) | st.binary(max_size=12))
        elif change == "turn" and at < len(mail):
            mail[at] ^= 1 << draw(st.integers(0, 7))
        else:
            mail[at:end] = mail[at:end][::-1]
    return bytes(mail)


@bounded(200)
@given(mutated())
def test_a_mail_that_was_damaged_on_the_way_raises_nothing(octets: bytes) -> None:
    everything_about(octets)


@bounded(100)
@given(st.binary(max_size=2000))
def test_any_octets_raise_nothing(octets: bytes) -> None:
    everything_about(octets)
    everything_about(b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\nBEGIN:VEVENT\n" + octets)


@pytest.mark.usefixtures("reads_replies")
def test_damaged_answers_leave_the_registration_whole(session: Session, mailbox: Mailbox) -> None:
    """Through the database, where a NUL or half a character would be refused."""
    ada = register(session, make_event(session, declining_frees_place=True), reports.ADA)
    deliver_everything(session)
    chance = random.Random(20261125)
    for _ in range(60):
        mail = bytearray(chance.choice(list(ANSWERS.values()))(ada.id, "ACCEPTED"))
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(mail))
            mail[at : at + chance.randint(0, 3)] = chance.choice([b"\x00", b"\xff", b"\\n", b"", b"\xc3", b"\r"])
        arrive(session, bytes(mail), rsvp())

    assert set(session.scalars(select(InboundMail.status))) <= {"done", "ignored"}
    assert session.get_one(Registration, ada.id).participation in {None, "accepted"}


@pytest.mark.usefixtures("reads_replies")
def test_a_mail_that_nobody_can_read_is_given_up_and_holds_up_no_other(
    session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = register(session, make_event(session), reports.ADA)
    session.commit()
    whole = reading.parse

    def stumble(octets: bytes) -> object:
        if b"poison" in octets:
            raise RecursionError("too deep")
        return whole(octets)

    monkeypatch.setattr(reading, "parse", stumble)
    keep(b"Subject: poison\r\n\r\n", rsvp())
    keep(google(ada.id), rsvp(), sender=reports.ADA)
    for _ in range(4):
        read_everything(session)

    poison, answer = session.scalars(select(InboundMail).order_by(InboundMail.id)).all()
    assert (poison.status, poison.attempts) == ("failed", 3)
    assert "RecursionError" in (poison.outcome or "")
    assert answer.status == "done"


@pytest.mark.usefixtures("reads_replies")
def test_a_mail_that_kills_whoever_reads_it_is_given_up(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(_session: Session, _mail_id: UUID) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs.reading, "take_in", die)
    keep(b"Subject: poison\r\n\r\n", rsvp())
    kept = session.scalars(select(InboundMail)).one()
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            read_inbound([str(kept.id)])
    read_everything(session)

    assert (kept.status, kept.attempts) == ("failed", 3)


@pytest.mark.usefixtures("reads_replies")
def test_the_dispatcher_makes_one_job_of_what_is_new_and_finds_it_again_when_redis_was_emptied(
    session: Session,
) -> None:
    session.commit()
    for number in range(3):
        keep(f"Subject: {number}\r\n\r\n".encode(), rsvp())

    assert enqueue_inbound()
    assert not enqueue_inbound()
    [job] = mail_queue().jobs
    assert len(job.args[0]) == 3
    mail_queue().empty()
    with reading.clock.travel_to(reading.clock.now() + jobs._LEASE):
        assert enqueue_inbound()
    assert len(mail_queue().jobs) == 1
    assert session.scalars(select(Message)).all() == []
