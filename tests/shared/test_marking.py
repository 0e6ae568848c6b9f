"""A mail is marked, counted and entered into the ledger in one statement, whatever happened to its row meanwhile."""

from datetime import timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from services.worker.between import Between
from shared import clock, events, outbox, registrations, stats, suppressions
from shared.database import get_engine, new_session
from shared.mail.recipients import recipient_of
from shared.marking import GONE, Standing
from shared.models import Message, MessageKind, MessageStatus, Registration
from shared.schemas.events import EventContent
from tests.factories import in_days, make_event, register
from tests.truth import assert_counts_are_true

ADA, BOB = "ada@example.org", "bob@example.org"


def claimed(session: Session, *addresses: str, kind: MessageKind = MessageKind.CONFIRMATION) -> list[Message]:
    """In a worker's hands, as the worker has them."""
    ids = session.scalars(
        select(Message.id).join(Registration).where(Registration.address.in_(addresses), Message.kind == kind)
    ).all()
    messages = outbox.claim(session, ids, until=clock.now() + timedelta(minutes=2))
    session.commit()
    return messages


def look(between: Between, message: Message) -> Standing:
    between.turn_to(message, recipient_of(message).address)
    return between.standing()


def test_what_was_sent_is_marked_with_the_look_at_the_next(session: Session) -> None:
    event = make_event(session)
    for address in (ADA, BOB):
        register(session, event, address)
    first, second = claimed(session, ADA, BOB)

    with Between() as between:
        between.turn_to(first, recipient_of(first).address)
        assert between.standing() == Standing(is_wanted=True, is_suppressed=False)
        between.note_sent(first, "250 Taken")
        between.turn_to(second, recipient_of(second).address)
        assert between.standing().is_wanted
        session.expire_all()
        assert (first.status, first.reply, first.attempts, first.lease_until) == ("sent", "250 Taken", 1, None)
        assert second.status == MessageStatus.SENDING
        assert_counts_are_true(session, event.id)
        between.note_sent(second, "250 Taken as well")

    session.expire_all()
    assert second.reply == "250 Taken as well"
    assert_counts_are_true(session, event.id)


def test_the_ledger_says_what_the_calendar_holds(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, ADA)
    (confirmation,) = claimed(session, ADA)
    outbox.mark_sent(session, confirmation, reply="250")
    session.commit()
    assert (ada.entry_sequence, ada.entry_revision, confirmation.revision) == (0, event.revision, event.revision)

    events.edit(session, event.id, EventContent(starts_at_local=in_days(12)), version=None)
    session.commit()
    assert ada.entry_revision != event.revision
    (change,) = claimed(session, ADA, kind=MessageKind.CHANGE)
    outbox.mark_sent(session, change, reply="250")
    session.commit()
    assert (ada.entry_sequence, ada.entry_revision) == (change.sequence, event.revision)

    registrations.cancel(session, ada.id)
    session.commit()
    (goodbye,) = claimed(session, ADA, kind=MessageKind.REGISTRATION_CANCELLED)
    outbox.mark_sent(session, goodbye, reply="250")
    session.commit()
    assert (ada.entry_sequence, ada.entry_revision) == (None, None)
    assert goodbye.revision == event.revision


def test_a_reminder_carries_no_entry(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, ADA)
    session.execute(text("UPDATE message SET kind = 'reminder'"))
    session.execute(text("UPDATE mail_tally SET kind = 'reminder', occasion = 'first'"))
    session.commit()
    (reminder,) = claimed(session, ADA, kind=MessageKind.REMINDER)
    outbox.mark_sent(session, reminder, reply="250")
    session.commit()
    assert (ada.entry_sequence, ada.entry_revision) == (None, None)
    assert_counts_are_true(session, event.id)


def test_of_two_mails_that_overtook_each_other_the_later_entry_counts(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, ADA)
    (confirmation,) = claimed(session, ADA)
    ada.entry_sequence, ada.entry_revision = 3, 7
    session.commit()

    outbox.mark_sent(session, confirmation, reply="250")
    session.commit()

    assert (ada.entry_sequence, ada.entry_revision) == (3, 7)


def test_what_was_withdrawn_while_it_was_on_the_wire_counts_as_sent(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, ADA)
    (message,) = claimed(session, ADA)
    with new_session() as other:
        registrations.cancel(other, ada.id)
        other.commit()

    with Between() as between:
        assert look(between, message) == Standing(is_wanted=False, is_suppressed=False)
        between.note_sent(message, "250")

    session.expire_all()
    assert message.status == MessageStatus.SENT
    assert_counts_are_true(session, event.id)


def test_what_is_gone_is_not_wanted_and_marking_it_harms_nothing(session: Session) -> None:
    event = make_event(session)
    register(session, event, ADA)
    (message,) = claimed(session, ADA)
    session.expunge_all()
    with new_session() as other:
        other.execute(delete(Registration))
        other.commit()

    with Between() as between:
        assert look(between, message) == GONE
        between.note_sent(message, "250")

    assert session.scalars(select(Message)).all() == []


def test_what_another_worker_holds_by_now_is_not_wanted_and_not_given_back(session: Session) -> None:
    register(session, make_event(session), ADA)
    (message,) = claimed(session, ADA)
    session.expunge_all()
    with new_session() as other, clock.travel_to(clock.now() + timedelta(minutes=3)):
        outbox.claim(other, [message.id], until=clock.now() + timedelta(minutes=2))
        other.commit()

    with Between() as between:
        assert not look(between, message).is_wanted
    outbox.give_back(session, [message])
    session.commit()

    assert session.scalars(select(Message.status)).all() == [MessageStatus.SENDING]


def test_a_suppressed_address_is_seen_in_the_same_look(session: Session) -> None:
    register(session, make_event(session), ADA)
    (message,) = claimed(session, ADA)
    suppressions.suppress(session, ADA.upper(), suppressions.UNSUBSCRIBED)
    session.commit()
    with Between() as between:
        assert look(between, message) == Standing(is_wanted=True, is_suppressed=True)


def test_marking_twice_counts_once(session: Session) -> None:
    event = make_event(session)
    register(session, event, ADA)
    (message,) = claimed(session, ADA)
    for _ in range(2):
        outbox.mark_sent(session, message, reply="250")
        session.commit()
    assert message.attempts == 1
    assert stats.snapshot(session, event).mail.sent == 1
    assert_counts_are_true(session, event.id)


def test_a_mail_that_was_taken_is_marked_although_the_database_went_away(session: Session) -> None:
    event = make_event(session)
    register(session, event, ADA)
    (message,) = claimed(session, ADA)
    with Between() as between:
        look(between, message)
        between.note_sent(message, "250 Taken")
        end_connections()

    session.expire_all()
    assert (message.status, message.attempts) == (MessageStatus.SENT, 1)
    assert_counts_are_true(session, event.id)


def end_connections() -> None:
    """As a restart of PostgreSQL does."""
    with get_engine().connect() as connection:
        ended = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = user"
        )
        connection.execute(text(ended))
