"""Stories that made-up sequences told (test_any_sequence.py), each kept as a test of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker.dispatcher import STEPS
from shared import clock, events, outbox, registrations
from shared.models import Event, Message, MessageKind, MessageStatus, Registration
from shared.schemas.events import EventContent
from tests.factories import make_event, register
from tests.truth import assert_counts_are_true, assert_mail_tells_the_truth

PENDING, SENT, WITHDRAWN = MessageStatus.PENDING, MessageStatus.SENT, MessageStatus.WITHDRAWN


def mails_to(session: Session, registration: Registration) -> list[tuple[str, str]]:
    query = select(Message.kind, Message.status).where(Message.registration_id == registration.id)
    return [(kind, status) for kind, status in session.execute(query.order_by(Message.created_at, Message.id))]


def send_everything(session: Session) -> None:
    ids = session.scalars(select(Message.id).where(Message.status == PENDING)).all()
    for message in outbox.claim(session, ids, until=clock.now() + timedelta(minutes=2)):
        outbox.mark_sent(session, message, reply="250 OK")
    session.commit()


@contextmanager
def later(**span: float) -> Iterator[None]:
    """The dispatcher has looked at the beginning of the block."""
    with clock.travel_to(clock.now() + timedelta(**span)):
        while any([step() for step in STEPS]):
            pass
        yield


def edit(session: Session, event: Event, **content: object) -> None:
    events.edit(session, event.id, EventContent.model_validate(content), version=None)
    session.commit()


def test_whoever_is_forgotten_is_gone_from_the_count_of_mails_too(session: Session) -> None:
    event = make_event(session, verifies_addresses=True)
    register(session, event, "ada@example.org")

    with later(hours=25):
        assert session.query(Registration).count() == 0
        assert_counts_are_true(session, event.id)


def test_a_postponed_event_that_returns_asks_again_who_never_answered(session: Session) -> None:
    event = make_event(session, verifies_addresses=True)
    ada = register(session, event, "ada@example.org")

    events.postpone(session, event.id, None)
    assert mails_to(session, ada) == [(MessageKind.VERIFICATION, WITHDRAWN)]
    with clock.travel_to(clock.now() + timedelta(hours=20)):
        events.publish(session, event.id)
        session.commit()

        assert mails_to(session, ada)[1:] == [(MessageKind.VERIFICATION, PENDING)]
        assert ada.answer_by is not None
        assert ada.answer_by > clock.now() + timedelta(hours=23)


def test_an_event_called_off_does_not_take_back_the_goodbye_to_who_has_left(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")
    send_everything(session)

    registrations.cancel(session, ada.id)
    events.cancel(session, event.id, None)
    session.commit()

    assert mails_to(session, ada) == [(MessageKind.CONFIRMATION, SENT), (MessageKind.REGISTRATION_CANCELLED, PENDING)]


def test_an_offer_that_ended_before_its_mail_left_is_not_mailed(session: Session) -> None:
    event = make_event(session, places=1, offer_hours=48)
    ada, bob = register(session, event, "ada@example.org"), register(session, event, "bob@example.org")
    send_everything(session)
    registrations.cancel(session, ada.id)

    edit(session, event, waiting_list_closes_minutes=20_000)

    with later(seconds=1):
        kinds = dict(mails_to(session, bob))
        assert kinds[MessageKind.OFFER] == WITHDRAWN
        assert kinds[MessageKind.OFFER_LAPSED] == PENDING


def test_a_second_offer_that_ends_with_the_first_is_mailed_as_well(session: Session) -> None:
    event = make_event(session, places=1, offer_hours=720)
    ada, bob = register(session, event, "ada@example.org"), register(session, event, "bob@example.org")
    registrations.cancel(session, ada.id)
    send_everything(session)

    registrations.cancel(session, bob.id)
    registrations.take_up_again(session, bob.id)
    edit(session, event, places=0)
    registrations.cancel(session, bob.id)
    registrations.take_up_again(session, bob.id)
    edit(session, event, places=1)

    assert mails_to(session, bob)[-1] == (MessageKind.OFFER, PENDING)
    assert_mail_tells_the_truth(session, event.id)


def test_who_leaves_and_comes_back_too_late_loses_the_calendar_entry_with_the_place(session: Session) -> None:
    event = make_event(session, places=1)
    ada = register(session, event, "ada@example.org")
    register(session, event, "bob@example.org")
    send_everything(session)

    registrations.cancel(session, ada.id)
    registrations.take_up_again(session, ada.id)
    session.commit()

    assert mails_to(session, ada)[1:] == [
        (MessageKind.REGISTRATION_CANCELLED, PENDING),
        (MessageKind.WAITING_LIST, PENDING),
    ]
    assert_mail_tells_the_truth(session, event.id)

    registrations.cancel(session, ada.id)
    session.commit()

    assert mails_to(session, ada)[1:] == [
        (MessageKind.REGISTRATION_CANCELLED, WITHDRAWN),
        (MessageKind.WAITING_LIST, WITHDRAWN),
        (MessageKind.REGISTRATION_CANCELLED, PENDING),
    ]
    assert_mail_tells_the_truth(session, event.id)
