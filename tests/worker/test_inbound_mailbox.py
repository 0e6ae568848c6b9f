"""A mailbox elsewhere: what comes is kept and then marked, in that order, whatever happens between."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from services.local.waiting import wait_until
from services.worker.inbound import mailbox
from services.worker.inbound.mailbox import read_mailbox
from shared.inbound import keeping
from shared.models import InboundMail, Message
from shared.settings import Inbound, SmtpSecurity, get_settings
from tests.factories import deliver_everything, make_event, register
from tests.imap_server import PASSWORD, ImapServer, imap_server
from tests.mailbox import Mailbox
from tests.shared.inbound import reports
from tests.shared.inbound.answers import google, rsvp
from tests.shared.inbound.arriving import read_everything, sender_of
from tests.shared.inbound.reports import ADA

KEPT, SEEN, LEFT = "$PlenaryKept", "\\Seen", "$PlenaryLeft"
PATIENCE = timedelta(seconds=20)


@pytest.fixture
def server(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapServer]:
    session.commit()
    settings = get_settings()
    monkeypatch.setattr(settings, "inbound", Inbound.IMAP)
    monkeypatch.setattr(settings, "imap_security", SmtpSecurity.NONE)
    monkeypatch.setattr(settings, "imap_password", SecretStr(PASSWORD))
    monkeypatch.setattr(mailbox, "_PAUSE", 0.02)
    monkeypatch.setattr(mailbox, "_AFTER_TROUBLE", 0.02)
    with imap_server(monkeypatch, settings) as state:
        yield state


def read_until(condition: Any) -> None:
    stop = threading.Event()
    reader = threading.Thread(target=read_mailbox, args=(get_settings(), stop))
    reader.start()
    try:
        assert wait_until(condition, within=PATIENCE)
    finally:
        stop.set()
        reader.join(10)


def kept(session: Session) -> list[InboundMail]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(InboundMail).order_by(InboundMail.id)))


def letter(number: int, to: str | None = None) -> bytes:
    return f"Return-Path: <{ADA}>\r\nMessage-ID: <{number}@example.org>\r\nTo: {to or rsvp()}\r\n\r\nHi\r\n".encode()


def test_what_comes_is_kept_whole_and_marked(session: Session, server: ImapServer) -> None:
    for number in range(30):
        server.add(letter(number))
    read_until(lambda: all(KEPT in one.flags for one in server.mails.values()))

    assert [one.octets for one in kept(session)] == [letter(number) for number in range(30)]
    assert {(one.sender, one.recipient) for one in kept(session)} == {(ADA, rsvp())}
    assert all(one.flags == {KEPT, SEEN} for one in server.mails.values())


def test_a_connection_that_is_lost_before_the_mark_keeps_the_mail_once(session: Session, server: ImapServer) -> None:
    uid = server.add(letter(1))
    server.fails_at = "UID STORE"
    read_until(lambda: KEPT in server.flags(uid))

    assert server.logins == 2
    assert len(kept(session)) == 1


def test_what_could_not_be_kept_is_not_marked_and_comes_again(
    session: Session, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid, keep, failures = server.add(letter(1)), keeping.keep, iter([True, True])

    def stumble(*given: Any, **facts: Any) -> int:
        if next(failures, False):
            assert server.flags(uid) == set()
            raise OperationalError("down", None, Exception())
        return keep(*given, **facts)

    monkeypatch.setattr(keeping, "keep", stumble)
    read_until(lambda: KEPT in server.flags(uid))

    assert server.logins == 3
    assert len(kept(session)) == 1


def test_a_wrong_password_is_tried_again_without_end(
    session: Session, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = server.add(letter(1))
    monkeypatch.setattr(get_settings(), "imap_password", SecretStr("wrong"))
    read_until(lambda: server.logins >= 2)
    assert server.flags(uid) == set()


def test_what_is_too_large_never_comes_over_the_line_as_a_whole(session: Session, server: ImapServer) -> None:
    uid = server.add(letter(1) + b"x" * 70 * 20_000)
    read_until(lambda: KEPT in server.flags(uid))

    [mail] = kept(session)
    assert (mail.status, len(mail.octets)) == ("ignored", keeping.KEPT_OF_LARGER)
    assert "Too large" in (mail.outcome or "")
    assert [what for what in server.fetched if "BODY" in what] == [f"{uid} (BODY.PEEK[]<0.65536>)"]


def test_mail_of_somebody_else_is_left_alone_and_unread(session: Session, server: ImapServer) -> None:
    uid = server.add(letter(1, to="office@example.org"))
    read_until(lambda: server.flags(uid) == {LEFT})

    assert kept(session) == []


def test_where_there_are_no_flags_of_ones_own_having_been_read_has_to_do(session: Session, server: ImapServer) -> None:
    server.has_own_flags = False
    uid = server.add(letter(1))
    read_until(lambda: server.flags(uid) == {SEEN})

    assert len(kept(session)) == 1


def test_what_was_kept_goes_after_thirty_days_and_nothing_else_does(session: Session, server: ImapServer) -> None:
    long_ago = date.today() - timedelta(days=40)
    ours, others = server.add(letter(1), arrived_on=long_ago), server.add(letter(2, to="a@b.org"), arrived_on=long_ago)
    fresh = server.add(letter(3))
    read_until(lambda: ours not in server.mails)

    assert set(server.mails) == {others, fresh}


def test_a_bounce_from_a_mailbox_is_known_by_the_address_it_was_delivered_to(
    session: Session, mailbox: Mailbox, server: ImapServer
) -> None:
    ada = register(session, make_event(session), ADA)
    deliver_everything(session)
    message = session.scalars(select(Message)).one()
    to = sender_of(message)
    server.add(f"Return-Path: <>\r\nDelivered-To: {to}\r\n".encode() + reports.gmail("somebody-else@example.org"))
    last = server.add(f"Return-Path: <{ADA}>\r\n".encode() + google(ada.id, "TENTATIVE"))
    read_until(lambda: KEPT in server.flags(last))
    read_everything(session)

    assert session.get_one(Message, message.id).status == "bounced"
    assert ada.participation == "tentative"
