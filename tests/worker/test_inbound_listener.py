"""The listener in real conversations: what is for us is kept before it says so, everything else is refused."""

import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from services.local.mail_catcher import caught_mail
from services.worker.inbound import listener
from services.worker.inbound.listener import listening
from shared import return_addresses
from shared.inbound import keeping
from shared.models import InboundMail, Message, Registration, RegistrationStatus
from shared.settings import Inbound, get_settings
from tests.factories import deliver_everything, make_event, register
from tests.mailbox import Mailbox, calendar_text
from tests.shared.inbound import reports
from tests.shared.inbound.answers import google, rsvp, uid_of
from tests.shared.inbound.arriving import read_everything
from tests.shared.inbound.reports import ADA

DOMAIN = get_settings().mail_domain
MAIL = b"From: ada@example.org\r\nSubject: Hello\r\nMessage-ID: <one@example.org>\r\n\r\nHello.\r\n"
LARGE = MAIL + (b"x" * 70 + b"\r\n") * 20_000


def _running(monkeypatch: pytest.MonkeyPatch, kind: Inbound) -> Iterator[int]:
    monkeypatch.setattr(get_settings(), "inbound", kind)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(listening(get_settings(), port=0)) as port,
    ):
        yield port


@pytest.fixture
def smtp_port(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    session.commit()
    yield from _running(monkeypatch, Inbound.SMTP)


@pytest.fixture
def lmtp_port(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    session.commit()
    yield from _running(monkeypatch, Inbound.LMTP)


def kept(session: Session) -> list[InboundMail]:
    session.expire_all()
    return list(session.scalars(select(InboundMail).order_by(InboundMail.id)))


def test_mail_for_us_is_kept_whole_with_its_envelope(session: Session, smtp_port: int) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_port) as server:
        server.sendmail(ADA, [rsvp()], MAIL)

    [mail] = kept(session)
    assert (mail.sender, mail.recipient, mail.status) == (ADA, rsvp(), "new")
    assert mail.octets == MAIL


def test_the_null_sender_is_taken_and_is_nobody(session: Session, smtp_port: int) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_port) as server:
        server.sendmail("", [rsvp()], MAIL)

    assert [mail.sender for mail in kept(session)] == [""]


@pytest.mark.parametrize(
    "recipient",
    ["somebody@example.com", f"postmaster@{DOMAIN}", f"bounce+{'a' * 46}@{DOMAIN}", f"bounce@{DOMAIN}", "root"],
)
def test_nothing_is_relayed_and_no_forged_address_is_taken(session: Session, smtp_port: int, recipient: str) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_port) as server, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        server.sendmail(ADA, [recipient], MAIL)

    assert [code for code, _ in refused.value.recipients.values()] == [550]
    assert kept(session) == []


def test_of_several_recipients_only_ours_are_taken(session: Session, smtp_port: int) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_port) as server:
        assert list(server.sendmail(ADA, ["somebody@example.com", rsvp()], MAIL)) == ["somebody@example.com"]

    assert [mail.recipient for mail in kept(session)] == [rsvp()]


def test_the_largest_size_is_announced_and_enforced(session: Session, smtp_port: int) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_port) as server:
        server.ehlo()
        assert server.esmtp_features["size"] == str(1024 * 1024)
        assert server.docmd("MAIL", f"FROM:<{ADA}> SIZE={len(LARGE)}")[0] == 552
        # Without having said so before; and the same connection goes on.
        server.docmd("MAIL", f"FROM:<{ADA}>")
        server.docmd("RCPT", f"TO:<{rsvp()}>")
        assert server.data(LARGE)[0] == 552
        server.sendmail(ADA, [rsvp()], MAIL)

    assert len(kept(session)) == 1


@pytest.mark.parametrize("octets", [b"x" * 65536, b"\r\n" * 32768], ids=["one line without end", "empty lines"])
def test_who_never_ends_is_cut_off(session: Session, smtp_port: int, octets: bytes) -> None:
    """However long somebody sends, no more than a few megabytes are held."""
    with socket.create_connection(("127.0.0.1", smtp_port), timeout=30) as client:
        client.sendall(f"EHLO x\r\nMAIL FROM:<{ADA}>\r\nRCPT TO:<{rsvp()}>\r\nDATA\r\n".encode())
        with pytest.raises(ConnectionError):  # noqa: PT012  which of them it is that fails depends on buffers
            for _ in range(100 * keeping.SIZE_LIMIT // len(octets)):
                client.sendall(octets)

    assert kept(session) == []


def test_more_connections_than_a_mail_server_opens_are_sent_away(
    session: Session, smtp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_CONNECTIONS", 3)
    clients = [socket.create_connection(("127.0.0.1", smtp_port), timeout=10) for _ in range(4)]
    greetings = [client.recv(200)[:3] for client in clients]
    for client in clients:
        client.close()

    assert sorted(greetings) == [b"220", b"220", b"220", b"421"]


def test_the_same_mail_again_is_taken_and_kept_once(session: Session, smtp_port: int) -> None:
    """The mail server did not hear our answer, and sends it again."""
    for _ in range(2):
        with smtplib.SMTP("127.0.0.1", smtp_port) as server:
            server.sendmail(ADA, [rsvp()], MAIL)

    assert len(kept(session)) == 1


def test_a_mail_that_cannot_be_kept_is_put_off_not_lost(
    session: Session, smtp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> int:
        raise OperationalError("down", None, Exception())

    with monkeypatch.context() as patch, smtplib.SMTP("127.0.0.1", smtp_port) as server:
        patch.setattr(keeping, "keep", fail)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            server.sendmail(ADA, [rsvp()], MAIL)
        assert refused.value.smtp_code == 451
        patch.undo()
        server.sendmail(ADA, [rsvp()], MAIL)

    assert len(kept(session)) == 1


def test_lmtp_answers_once_for_each_recipient(session: Session, lmtp_port: int) -> None:
    """RFC 2033 section 4.2, also where the mail is refused: else the next answer would be taken for this one."""
    with smtplib.LMTP("127.0.0.1", lmtp_port) as server:
        assert server.ehlo()[0] == 250
        for content, codes in ((LARGE, [552, 552]), (MAIL, [250, 250])):
            server.docmd("MAIL", f"FROM:<{ADA}>")
            for recipient in (rsvp(), get_settings().mail_address):
                assert server.docmd("RCPT", f"TO:<{recipient}>")[0] == 250
            assert [server.data(content)[0], server.getreply()[0]] == codes
        assert server.noop()[0] == 250

    assert len(kept(session)) == 1


def test_one_report_to_two_of_our_addresses_is_about_two_mails(
    session: Session, mailbox: Mailbox, lmtp_port: int
) -> None:
    event = make_event(session)
    for address in (ADA, "bob@example.org"):
        register(session, event, address)
    deliver_everything(session)
    sent = session.scalars(select(Message)).all()
    assert sent[0].registration is not None
    to = [return_addresses.bounce_address(one.id, one.registration.address) for one in sent if one.registration]

    with smtplib.LMTP("127.0.0.1", lmtp_port) as server:
        server.sendmail("", to, reports.postfix(to[0]))
        # Python's client reads one answer, whatever the RFC says.
        assert server.getreply()[0] == 250
    read_everything(session)

    assert [one.status for one in sent] == ["bounced", "bounced"]


def test_an_answer_to_a_caught_invitation_changes_what_is_known(
    session: Session, mailbox: Mailbox, smtp_port: int
) -> None:
    """The whole way: the invitation over SMTP, the answer over SMTP, the place given back."""
    event = make_event(session, declining_frees_place=True)
    ada = register(session, event, ADA)
    deliver_everything(session)
    [invitation] = mailbox.mails(ADA)
    assert uid_of(ada.id) in (calendar_text(invitation) or "").replace("\r\n ", "")
    sender = invitation["Return-Path"]
    assert return_addresses.read(sender.strip("<> ")) is not None

    with smtplib.SMTP("127.0.0.1", smtp_port) as server:
        server.sendmail(ADA, [rsvp()], google(ada.id, "DECLINED"))
    read_everything(session)

    found = session.get_one(Registration, ada.id)
    assert (found.participation, found.status) == ("declined", RegistrationStatus.CANCELLED)


def test_the_local_catcher_hands_on_what_is_sent_to_us_and_keeps_the_rest(
    session: Session, smtp_port: int, tmp_path: Path
) -> None:
    with (
        caught_mail(tmp_path / "mail", inbound_port=smtp_port) as catcher_port,
        smtplib.SMTP("127.0.0.1", catcher_port) as catcher,
    ):
        for recipients in ([rsvp()], [ADA], [f"office@{DOMAIN}"]):
            catcher.sendmail(ADA, recipients, MAIL)

    assert [mail.recipient for mail in kept(session)] == [rsvp()]
    delivered = [mail["Delivered-To"] for mail in Mailbox(tmp_path / "mail").mails()]
    assert delivered == [ADA, f"office@{DOMAIN}"]
