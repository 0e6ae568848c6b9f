"""Who has a place and no way in: whose mail was lost, or who has been sent nothing shortly before it begins."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker.delivery import deliver
from shared import clock, events, joining, links, opened, outbox, reachability, stats
from shared.admission import Application, link_again, register_many
from shared.mail.words import WITH_JOIN_LINK
from shared.models import Event, Message, MessageKind, MessageStatus, Registration, RegistrationSource
from tests.factories import applicant, deliver_everything, find_registration, make_event, register

SUMMER: dict[str, Any] = {
    "starts_at_local": datetime(2031, 7, 23, 15),
    "time_zone": "Europe/Madrid",
    "minutes": 90,
    "room_url": "https://rooms.example.org/1",
}


def before_start(event: Event, minutes: float) -> datetime:
    assert event.starts_at is not None
    return event.starts_at - timedelta(minutes=minutes)


def lose(session: Session, registration: Registration, words: str, *, bounced: bool = False) -> Message:
    """The confirmation is refused at once, or comes back later."""
    query = select(Message).where(Message.registration_id == registration.id, Message.kind == MessageKind.CONFIRMATION)
    message = session.scalars(query).one()
    if bounced:
        message.bounced_at, message.bounce = clock.now(), words
        outbox._move(session, [message], MessageStatus.BOUNCED)
    else:
        outbox.claim(session, [message.id], until=clock.now() + timedelta(minutes=2))
        outbox.mark_failed(session, message, reply=words)
    reachability.mark_lost(session, message, clock.now())
    session.commit()
    return message


def names(session: Session, event: Event, after: int = 0, limit: int = 50) -> list[str]:
    return [one.registration.name for one in reachability.people(session, event, after, limit)]


def test_everybody_is_reached_where_mail_left(session: Session) -> None:
    event = make_event(session, **SUMMER)
    register(session, event, "ada@example.org")
    deliver_everything(session)

    with clock.travel_to(before_start(event, 30)):
        assert reachability.count(session, event) == 0
        assert reachability.people(session, event, 0, 50) == []


@pytest.mark.parametrize("bounced", [False, True])
def test_whose_mail_was_refused_or_bounced_is_named_with_the_reason(session: Session, bounced: bool) -> None:
    event = make_event(session, **SUMMER)
    ada, _ = register(session, event, "ada@example.org"), register(session, event, "bob@example.org")
    lose(session, ada, "550 5.1.1 no such user", bounced=bounced)

    # Weeks before: time to ask for the right address.
    [one] = reachability.people(session, event, 0, 50)

    assert reachability.count(session, event) == 1
    assert (one.registration.id, one.reason) == (ada.id, "550 5.1.1 no such user")
    assert one.since == ada.undelivered_at


def test_a_mail_that_failed_without_a_word_on_the_address_counts_until_another_arrives(session: Session) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")
    message = session.scalars(select(Message)).one()
    outbox.claim(session, [message.id], until=clock.now() + timedelta(minutes=2))
    outbox.mark_failed(session, message, reply="Could not be written: KeyError")
    ada.undelivered_at = None
    session.commit()
    assert names(session, event) == ["Ada"]

    outbox.post(session, [link_again(event, ada.id, ada.status)])
    deliver_everything(session)

    assert names(session, event) == []


def test_shortly_before_it_begins_who_was_sent_nothing_counts_too(session: Session) -> None:
    event = make_event(session, **SUMMER)
    application = Application(applicant("ada@example.org"), RegistrationSource.IMPORT, "en", sends_mail=False)
    register_many(session, event.id, [application])
    session.commit()
    register(session, event, "bob@example.org")
    with clock.travel_to(before_start(event, 61)):
        assert reachability.count(session, event) == 0
        assert stats.snapshot(session, event).unreachable is None

    with clock.travel_to(before_start(event, 59)):
        assert names(session, event) == ["Ada", "Bob"]
        assert stats.snapshot(session, event).unreachable == 2
        [one, _] = reachability.people(session, event, 0, 50)
        assert (one.since, one.reason) == (None, None)
    waiting = session.scalars(select(Message.id).where(Message.status == MessageStatus.PENDING)).all()
    assert deliver(waiting) == 1

    with clock.travel_to(before_start(event, 58)):
        assert names(session, event) == ["Ada"]
        joining.enter(session, find_registration(session, event, "ada@example.org"))
        assert names(session, event) == ["Ada"]  # The room is not open yet, so that nobody can be in it.
    with clock.travel_to(before_start(event, 5)):
        joining.enter(session, find_registration(session, event, "ada@example.org"))
        session.commit()
        assert names(session, event) == []


def test_the_ledger_spares_the_look_at_the_mails(session: Session) -> None:
    """Who was sent the entry has the link in it, whatever became of the row of the mail."""
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")
    ada.entry_sequence, ada.entry_revision = 0, event.revision
    session.commit()
    with clock.travel_to(before_start(event, 30)):
        assert reachability.count(session, event) == 0


def test_only_who_has_a_place_in_an_event_to_come_is_counted(session: Session) -> None:
    event = make_event(session, **SUMMER, places=1)
    ada, bob = register(session, event, "ada@example.org"), register(session, event, "bob@example.org")
    for one in (ada, bob):
        one.undelivered_at = clock.now()
    session.commit()
    assert names(session, event) == ["Ada"]

    with clock.travel_to(before_start(event, -90)):
        assert reachability.count(session, event) == 0
    events.postpone(session, event.id, None)
    session.commit()
    assert reachability.count(session, event) == 0
    assert reachability.people(session, event, 0, 50) == []


def test_the_list_goes_on_where_it_stopped(session: Session) -> None:
    event = make_event(session, **SUMMER)
    people = [register(session, event, f"person{number}@example.org") for number in range(5)]
    for one in people:
        one.undelivered_at = clock.now()
    session.commit()

    assert names(session, event, limit=2) == ["Person0", "Person1"]
    assert names(session, event, after=people[1].position, limit=50) == ["Person2", "Person3", "Person4"]
    assert names(session, event, after=people[4].position) == []


def test_using_a_mail_shows_that_the_address_works(session: Session) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")
    message = lose(session, ada, "452 mailbox full", bounced=True)

    opened.note(session, message.id)
    first = session.scalar(select(Message.opened_at).where(Message.id == message.id))
    with clock.travel_to(clock.now() + timedelta(hours=1)):
        opened.note(session, message.id)
    session.commit()

    session.refresh(ada)
    session.refresh(message)
    assert ada.undelivered_at is None
    assert message.opened_at == first


def test_a_mail_is_named_by_its_token_alone(session: Session) -> None:
    event = make_event(session, **SUMMER)
    register(session, event, "ada@example.org")
    message_id = session.scalars(select(Message.id)).one()
    token = links.sign_mail(message_id)

    assert links.read_mail(token) == message_id
    assert len(token) == 32
    wrong = ["", "é", "a", "A" * 32, token[:-1], token + "A", token.swapcase(), token[:22] + "A" * 10, "\x00" * 32]
    assert [links.read_mail(one) for one in wrong] == [None] * len(wrong)


def test_every_mail_with_a_join_link_counts_as_a_way_in() -> None:
    assert set(reachability.WITH_A_WAY_IN) >= WITH_JOIN_LINK
