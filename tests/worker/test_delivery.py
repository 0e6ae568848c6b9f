"""From the outbox to the mail server: never lost, never twice, and every refusal seen."""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from services.worker import delivery
from services.worker.delivery import deliver
from shared import clock, events, outbox, registrations, stats, suppressions
from shared.database import new_session
from shared.mail_rules import serving
from shared.models import Message, MessageKind, MessageStatus
from tests.factories import deliver_everything, in_days, make_event, register
from tests.mailbox import Mailbox, calendar_text
from tests.smtp_server import DROP, scripted_server

ADA, BOB = "ada@example.org", "bob@example.org"


def only_message(session: Session) -> Message:
    session.expire_all()
    return session.scalars(select(Message)).one()


def states(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(Message.status).order_by(Message.id)))


def test_a_message_is_sent_and_marked_with_the_servers_words(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    register(session, event, ADA)

    deliver_everything(session)

    message = only_message(session)
    assert (message.status, message.attempts, message.lease_until) == (MessageStatus.SENT, 1, None)
    assert message.reply is not None
    assert message.reply.startswith("250")
    assert len(mailbox.subjects_to(ADA)) == 1


def test_many_mails_share_one_connection(session: Session, monkeypatch: Any) -> None:
    event = make_event(session)
    for number in range(10):
        register(session, event, f"p{number}@example.org")
    with scripted_server(monkeypatch) as server:
        deliver_everything(session)
    assert len(server.taken) == 10
    assert server.connections == 1


def test_a_temporary_refusal_is_tried_again_later_and_a_permanent_one_is_shown(
    session: Session, monkeypatch: Any
) -> None:
    event = make_event(session)
    register(session, event, ADA)
    register(session, event, BOB)
    with scripted_server(monkeypatch, rcpt={ADA: "550 5.1.1 No such user here", BOB: "451 4.7.1 Come back later"}):
        deliver_everything(session)

    ada, bob = session.scalars(select(Message).order_by(Message.id)).all()
    assert (ada.status, ada.reply) == (MessageStatus.FAILED, "550 5.1.1 No such user here")
    assert (bob.status, bob.reply) == (MessageStatus.PENDING, "451 4.7.1 Come back later")
    assert timedelta(seconds=50) < bob.due_at - clock.now() < timedelta(seconds=70)
    counts = stats.snapshot(session, event).mail
    assert (counts.failed, counts.pending, counts.retrying) == (1, 1, 1)


def test_who_refuses_for_good_cannot_be_reached_and_who_asks_for_patience_can(
    session: Session, monkeypatch: Any
) -> None:
    event = make_event(session)
    ada, bob = register(session, event, ADA), register(session, event, BOB)
    with scripted_server(monkeypatch, rcpt={ADA: "550 5.1.1 No such user here", BOB: "451 4.7.1 Come back later"}):
        deliver_everything(session)
    assert ada.undelivered_at is not None
    assert bob.undelivered_at is None


def test_what_came_too_late_or_could_not_be_written_says_nothing_of_its_reader(
    session: Session, mailbox: Mailbox, monkeypatch: Any
) -> None:
    event = make_event(session)
    ada, bob = register(session, event, ADA), register(session, event, BOB)
    late, broken = session.scalars(select(Message).order_by(Message.id)).all()
    late.expires_at = clock.now() - timedelta(seconds=1)
    broken.kind = "unheard-of"
    session.commit()
    deliver_everything(session)
    assert [late.status, broken.status] == [MessageStatus.FAILED, MessageStatus.FAILED]
    assert [ada.undelivered_at, bob.undelivered_at] == [None, None]


def test_nothing_is_given_up_because_the_database_went_away_while_it_was_written(
    session: Session, mailbox: Mailbox, monkeypatch: Any
) -> None:
    register(session, make_event(session), ADA)
    message_id = only_message(session).id

    def fail(self: Any, message: Message, *given: Any) -> Any:
        raise OperationalError("SELECT", {}, ConnectionError())

    with monkeypatch.context() as away:
        away.setattr(delivery.Composer, "compose", fail)
        with pytest.raises(OperationalError):
            deliver([message_id])
    assert states(session) == [MessageStatus.SENDING]

    with clock.travel_to(clock.now() + timedelta(minutes=3)):
        deliver_everything(session)
    assert states(session) == [MessageStatus.SENT]


def test_what_was_put_off_arrives_later(session: Session, monkeypatch: Any) -> None:
    event = make_event(session)
    register(session, event, ADA)
    with scripted_server(monkeypatch, data=["451 4.3.0 Busy", "421 4.3.2 Closing", "250 OK"]) as server:
        for wait in (timedelta(0), timedelta(minutes=2), timedelta(minutes=10)):
            with clock.travel_to(clock.now() + wait):
                deliver_everything(session)
    assert server.taken == [ADA]
    assert only_message(session).attempts == 3


def test_a_connection_lost_after_the_data_is_tried_again_with_the_same_message_id(
    session: Session, monkeypatch: Any
) -> None:
    event = make_event(session)
    register(session, event, ADA)
    register(session, event, BOB)
    with scripted_server(monkeypatch, data=[DROP]) as server:
        deliver_everything(session)
        assert states(session) == [MessageStatus.PENDING, MessageStatus.SENT]
        with clock.travel_to(clock.now() + timedelta(minutes=2)):
            deliver_everything(session)
    assert sorted(server.taken) == [ADA, BOB]


def test_mail_waits_for_a_server_that_is_down_and_then_all_of_it_goes(
    session: Session, mailbox: Mailbox, monkeypatch: Any
) -> None:
    event = make_event(session)
    register(session, event, ADA)
    with monkeypatch.context() as away:
        away.setattr(delivery.get_settings(), "smtp_port", 9)
        for minutes in range(0, 60, 6):
            with clock.travel_to(clock.now() + timedelta(minutes=minutes)):
                deliver_everything(session)
    assert states(session) == [MessageStatus.PENDING]

    with clock.travel_to(clock.now() + timedelta(minutes=66)):
        deliver_everything(session)

    assert states(session) == [MessageStatus.SENT]
    assert len(mailbox.subjects_to(ADA)) == 1


def test_what_is_withdrawn_after_the_claim_is_not_sent(session: Session, mailbox: Mailbox, monkeypatch: Any) -> None:
    event = make_event(session)
    ada = register(session, event, ADA)
    message_id = only_message(session).id
    claimed = outbox.claim

    def claim_and_then_cancel(own: Session, *args: Any, **kwargs: Any) -> list[Message]:
        messages = claimed(own, *args, **kwargs)
        own.commit()
        with new_session() as other:
            registrations.cancel(other, ada.id)
            other.commit()
        return messages

    monkeypatch.setattr(outbox, "claim", claim_and_then_cancel)
    deliver([message_id])

    assert mailbox.mails(ADA) == []
    assert states(session)[0] == MessageStatus.WITHDRAWN


def test_a_dead_workers_messages_are_taken_over_when_its_lease_is_over(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    register(session, event, ADA)
    message_id = only_message(session).id
    with new_session() as dead:
        outbox.claim(dead, [message_id], until=clock.now() + timedelta(minutes=2))
        dead.commit()

    assert deliver([message_id]) == 0
    with clock.travel_to(clock.now() + timedelta(minutes=3)):
        deliver_everything(session)

    assert states(session) == [MessageStatus.SENT]
    assert len(mailbox.subjects_to(ADA)) == 1


def test_the_same_ids_twice_send_once(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    register(session, event, ADA)
    message_id = only_message(session).id

    assert [deliver([message_id]), deliver([message_id])] == [1, 0]
    assert len(mailbox.subjects_to(ADA)) == 1


def test_a_mail_that_cannot_be_written_does_not_hold_up_the_others(
    session: Session, mailbox: Mailbox, monkeypatch: Any
) -> None:
    event = make_event(session)
    register(session, event, ADA)
    register(session, event, BOB)
    compose = delivery.Composer.compose

    def fail_for_ada(self: Any, message: Message, *given: Any) -> Any:
        if message.registration.address == ADA:
            raise RuntimeError("no words")
        return compose(self, message, *given)

    monkeypatch.setattr(delivery.Composer, "compose", fail_for_ada)
    deliver_everything(session)

    assert states(session) == [MessageStatus.FAILED, MessageStatus.SENT]


@pytest.mark.parametrize(
    ("kind", "status"), [("reminder", MessageStatus.SUPPRESSED), ("confirmation", MessageStatus.SENT)]
)
def test_an_unsubscribed_address_gets_what_it_needs_and_no_reminders(
    session: Session, mailbox: Mailbox, kind: str, status: str
) -> None:
    event = make_event(session, starts_at_local=in_days(2))
    register(session, event, ADA)
    suppressions.suppress(session, ADA.upper(), "unsubscribed")
    deliver_everything(session)
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at - timedelta(hours=20)):
        deliver_everything(session)

    session.expire_all()
    found = session.scalars(select(Message.status).where(Message.kind == kind)).all()
    assert set(found) == {status}


def test_a_reminder_is_not_sent_when_its_event_has_begun(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(3))
    register(session, event, ADA)
    deliver_everything(session)
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at - timedelta(hours=20)), new_session() as own:
        serving.serve_due(own)
        own.commit()
    with clock.travel_to(event.starts_at + timedelta(minutes=1)):
        deliver_everything(session)

    session.expire_all()
    late = session.scalars(select(Message).where(Message.kind == MessageKind.REMINDER)).one()
    assert late.status == MessageStatus.FAILED
    assert late.reply is not None
    assert "Too late" in late.reply


def test_a_cancelled_event_withdraws_what_waits_and_tells_everyone(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, places=1)
    register(session, event, ADA)
    deliver_everything(session)
    register(session, event, BOB)

    events.cancel(session, event.id, "The speaker is ill.")
    deliver_everything(session)

    ada, bob = mailbox.mails(ADA), mailbox.mails(BOB)
    assert [len(ada), len(bob)] == [2, 1]
    assert "METHOD:CANCEL" in (calendar_text(ada[1]) or "")
    assert calendar_text(bob[0]) is None


def test_a_worker_with_a_broken_key_sends_nothing_and_says_why(session: Session) -> None:
    event = make_event(session)
    register(session, event, ADA)
    ended = subprocess.run(
        [sys.executable, "-m", "services.worker.main"],
        env=os.environ | {"PLENARY_DKIM_PRIVATE_KEY": "nonsense"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "no private key in PEM form" in ended.stderr
    assert states(session) == [MessageStatus.PENDING]
