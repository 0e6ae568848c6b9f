"""Delivery reports: what is lost for good is marked, and nothing else is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, outbox, stats, suppressions
from shared.models import InboundMail, Message, MessageStatus, Registration
from tests.factories import deliver_everything, make_event, register
from tests.mailbox import Mailbox
from tests.shared.inbound import reports
from tests.shared.inbound.arriving import arrive, keep, read_everything, reads_replies, sender_of
from tests.shared.inbound.reports import ADA, BOUNCES

__all__ = ["reads_replies"]
pytestmark = pytest.mark.usefixtures("reads_replies")


@pytest.fixture
def sent(session: Session, mailbox: Mailbox) -> Message:
    """The confirmation of Ada's place, on its way for a while."""
    register(session, make_event(session), ADA)
    deliver_everything(session)
    return session.scalars(select(Message)).one()


def registration(session: Session) -> Registration:
    return session.scalars(select(Registration)).one()


@pytest.mark.parametrize("report", BOUNCES.values(), ids=BOUNCES)
def test_a_mail_that_came_back_is_marked_in_the_servers_words(
    session: Session, sent: Message, report: Callable[[str], bytes]
) -> None:
    kept = arrive(session, report(sender_of(sent)), sender_of(sent), sender="")

    assert (kept.kind, kept.status, kept.message_id) == ("bounce", "done", sent.id)
    assert kept.registration_id == registration(session).id
    assert sent.status == MessageStatus.BOUNCED
    assert sent.bounced_at is not None
    assert sent.bounce is not None
    assert "550" in sent.bounce
    assert registration(session).undelivered_at is not None
    assert suppressions.is_suppressed(session, ADA)
    counts = stats.snapshot(session, registration(session).event).mail
    assert (counts.sent, counts.bounced) == (0, 1)


@pytest.mark.parametrize(
    "report",
    [
        lambda to: reports.postfix(to, action="delayed", status="4.4.1"),
        lambda to: reports.postfix(to, action="failed", status="4.4.7"),
        lambda to: reports.postfix(to, action="delayed", status="5.1.1"),
        lambda to: reports.postfix(to, action="delivered", status="2.0.0"),
        lambda to: reports.postfix(to, action="failed", status="51.1"),
        reports.expanded,
        reports.vacation,
    ],
    ids=["delayed", "failed for now", "delayed with 5", "delivered", "no status", "one of two", "vacation"],
)
def test_what_is_not_lost_for_good_changes_nothing(
    session: Session, sent: Message, report: Callable[[str], bytes]
) -> None:
    kept = arrive(session, report(sender_of(sent)), sender_of(sent), sender="")

    assert kept.status == "ignored"
    assert (sent.status, sent.bounced_at) == (MessageStatus.SENT, None)
    assert registration(session).undelivered_at is None
    assert not suppressions.is_suppressed(session, ADA)


def test_the_token_is_taken_from_the_envelope_and_never_from_the_text(session: Session, sent: Message) -> None:
    """Anybody who was sent a mail can write a report about it; they cannot make it one about somebody else's."""
    local, _, domain = sender_of(sent).partition("@")
    forged = f"{local[:-1]}{'b' if local[-1] == 'a' else 'a'}@{domain}"
    for to in (f"events@{domain}", forged):
        assert arrive(session, reports.postfix(sender_of(sent)), to, sender="").status == "ignored"

    assert sent.status == MessageStatus.SENT


def test_the_same_report_twice_is_one(session: Session, sent: Message) -> None:
    report = reports.postfix(sender_of(sent))
    for _ in range(2):
        arrive(session, report, sender_of(sent), sender="")

    assert len(session.scalars(select(InboundMail)).all()) == 1
    assert stats.snapshot(session, registration(session).event).mail.bounced == 1


def test_a_second_report_about_one_mail_leaves_the_first_words(session: Session, sent: Message) -> None:
    arrive(session, reports.postfix(sender_of(sent), said="550 5.1.1 first"), sender_of(sent), sender="")
    arrive(session, reports.postfix(sender_of(sent), said="550 5.1.1 second"), sender_of(sent), sender="")

    assert sent.bounce == "550 5.1.1 first"
    assert stats.snapshot(session, registration(session).event).mail.bounced == 1


def test_a_report_that_overtakes_the_mark_of_the_worker_waits_for_it(session: Session, mailbox: Mailbox) -> None:
    register(session, make_event(session), ADA)
    message = session.scalars(select(Message)).one()
    outbox.claim(session, [message.id], until=clock.now() + timedelta(minutes=2))

    kept = arrive(session, reports.postfix(sender_of(message)), sender_of(message), sender="")
    assert (kept.status, message.status) == ("new", MessageStatus.SENDING)
    outbox.mark_sent(session, message, reply="250 OK")
    session.commit()
    read_everything(session)

    assert (kept.status, message.status) == ("done", MessageStatus.BOUNCED)


def test_what_bounced_before_it_was_marked_is_not_sent_again(session: Session, mailbox: Mailbox) -> None:
    """The worker died between the server's answer and its own mark."""
    register(session, make_event(session), ADA)
    message = session.scalars(select(Message)).one()
    keep(reports.postfix(sender_of(message)), sender_of(message))
    for _ in range(3):
        read_everything(session)

    deliver_everything(session)
    assert message.status == MessageStatus.BOUNCED
    assert mailbox.mails(ADA) == []


def test_a_report_about_an_address_that_was_corrected_says_nothing_of_the_new_one(
    session: Session, sent: Message
) -> None:
    to = sender_of(sent)
    registration(session).address = "ada@example.com"

    kept = arrive(session, reports.postfix(to), to, sender="")

    assert "corrected" in (kept.outcome or "")
    assert sent.status == MessageStatus.BOUNCED
    assert registration(session).undelivered_at is None
    assert not suppressions.is_suppressed(session, "ada@example.com")


def test_a_report_about_somebody_who_was_erased_is_ignored(session: Session, sent: Message) -> None:
    to = sender_of(sent)
    session.delete(sent)

    kept = arrive(session, reports.postfix(to), to, sender="")
    assert (kept.status, kept.message_id) == ("ignored", None)


def test_optional_mail_to_an_address_that_bounced_is_not_sent(session: Session, sent: Message) -> None:
    arrive(session, reports.postfix(sender_of(sent)), sender_of(sent), sender="")
    suppressions.suppress(session, ADA, suppressions.UNSUBSCRIBED)
    suppressions.lift_bounced(session, ADA)

    assert suppressions.is_suppressed(session, ADA), "what people wished for outlives what servers said"
