"""Taking and giving back places: never one too many, nobody twice, nobody forgotten."""

import threading
from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import events, registrations
from shared.database import new_session
from shared.errors import NotFound, RegistrationClosed
from shared.models import Event, EventTally, Message, MessageKind, MessageStatus, Registration, RegistrationStatus
from shared.schemas.events import EventContent
from tests.factories import applicant, apply_many, find_registration, make_event, register

CONFIRMED, WAITLISTED, CANCELLED = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.CANCELLED,
)


def statuses(session: Session, event: Event) -> list[str]:
    session.expire_all()
    return list(
        session.scalars(
            select(Registration.status).where(Registration.event_id == event.id).order_by(Registration.position)
        )
    )


def kinds_to(session: Session, registration: Registration) -> list[tuple[str, str]]:
    query = select(Message.kind, Message.status).where(Message.registration_id == registration.id)
    return [(kind, status) for kind, status in session.execute(query.order_by(Message.id))]


def test_a_place_is_taken_and_a_confirmation_waits_in_the_outbox(session: Session) -> None:
    event = make_event(session, places=10)

    ada = register(session, event, "ada@example.org", audience="students", country="ES")

    assert (ada.status, ada.audience, ada.position) == (CONFIRMED, "Students", 1)
    assert kinds_to(session, ada) == [(MessageKind.CONFIRMATION, MessageStatus.PENDING)]
    assert (event.places.confirmed, event.places.waitlisted) == (1, 0)


def test_when_the_places_are_gone_people_wait_in_the_order_they_came(session: Session) -> None:
    event = make_event(session, places=2)

    outcomes = apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(5)])

    assert [outcome.status for outcome in outcomes] == [CONFIRMED] * 2 + [WAITLISTED] * 3
    assert statuses(session, event) == [CONFIRMED] * 2 + [WAITLISTED] * 3


def test_a_second_registration_of_an_address_changes_nothing_and_answers_the_same(session: Session) -> None:
    event = make_event(session, places=5)
    ada = register(session, event, "ada@example.org")

    [again] = apply_many(session, event, [applicant("ADA@example.org", name="Somebody Else")])

    assert again.status == CONFIRMED
    assert again.refusal is None
    assert statuses(session, event) == [CONFIRMED]
    assert find_registration(session, event, "ada@example.org").name == "Ada"
    assert [kind for kind, _ in kinds_to(session, ada)] == [MessageKind.CONFIRMATION, MessageKind.LINK_AGAIN]


def test_the_link_is_sent_again_once_an_hour_at_most(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")

    for _ in range(5):
        apply_many(session, event, [applicant("ada@example.org")])

    assert [kind for kind, _ in kinds_to(session, ada)].count(MessageKind.LINK_AGAIN) == 1


def test_the_same_address_twice_in_one_batch_is_one_registration(session: Session) -> None:
    event = make_event(session, places=5)

    outcomes = apply_many(session, event, [applicant("ada@example.org"), applicant("Ada@Example.org")])

    assert [outcome.status for outcome in outcomes] == [CONFIRMED, CONFIRMED]
    assert statuses(session, event) == [CONFIRMED]


def test_at_a_full_event_a_known_address_gets_the_answer_of_a_stranger(session: Session) -> None:
    event = make_event(session, places=1)
    register(session, event, "ada@example.org")

    known, stranger = (
        apply_many(session, event, [applicant(address)])[0] for address in ("ada@example.org", "x@example.org")
    )

    assert known == stranger


def test_a_cancelled_place_goes_to_the_first_in_the_queue(session: Session) -> None:
    event = make_event(session, places=1)
    ada, bob, eve = (register(session, event, f"{name}@example.org") for name in ("ada", "bob", "eve"))

    registrations.cancel(session, ada.id)
    session.commit()

    assert statuses(session, event) == [CANCELLED, CONFIRMED, WAITLISTED]
    assert (MessageKind.PROMOTION, MessageStatus.PENDING) in kinds_to(session, bob)
    assert (MessageKind.WAITING_LIST, MessageStatus.WITHDRAWN) in kinds_to(session, bob)
    assert kinds_to(session, eve) == [(MessageKind.WAITING_LIST, MessageStatus.PENDING)]


def test_cancelling_takes_back_what_waits_and_withdraws_the_calendar_entry_once(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")

    registrations.cancel(session, ada.id)
    registrations.cancel(session, ada.id)
    session.commit()

    assert kinds_to(session, ada) == [
        (MessageKind.CONFIRMATION, MessageStatus.WITHDRAWN),
        (MessageKind.REGISTRATION_CANCELLED, MessageStatus.PENDING),
    ]
    assert ada.sequence == 1


def test_who_cancelled_may_register_again_with_a_new_entry(session: Session) -> None:
    event = make_event(session)
    first = register(session, event, "ada@example.org")
    registrations.cancel(session, first.id)
    session.commit()

    second = register(session, event, "ada@example.org")

    assert second.id != first.id
    assert (second.status, second.sequence) == (CONFIRMED, 0)


def test_more_places_promote_and_fewer_throw_nobody_out(session: Session) -> None:
    event = make_event(session, places=1)
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(4)])

    events.edit(session, event.id, EventContent(places=3), version=None)
    session.commit()
    assert statuses(session, event) == [CONFIRMED] * 3 + [WAITLISTED]

    events.edit(session, event.id, EventContent(places=1), version=None)
    session.commit()
    assert statuses(session, event) == [CONFIRMED] * 3 + [WAITLISTED]


def test_nobody_overtakes_the_queue(session: Session) -> None:
    event = make_event(session, places=1)
    apply_many(session, event, [applicant("ada@example.org"), applicant("bob@example.org")])

    events.edit(session, event.id, EventContent(places=None), version=None)
    session.commit()

    assert statuses(session, event) == [CONFIRMED, CONFIRMED]


@pytest.mark.parametrize(("state", "said"), [("cancelled", "is cancelled"), ("postponed", "is postponed")])
def test_nobody_registers_for_what_is_called_off(session: Session, state: str, said: str) -> None:
    event = make_event(session)
    (events.cancel if state == "cancelled" else events.postpone)(session, event.id, None)
    session.commit()

    with pytest.raises(RegistrationClosed, match=said):
        apply_many(session, event, [applicant("ada@example.org")])


def test_nobody_registers_for_a_draft_or_for_nothing(session: Session) -> None:
    draft = make_event(session, published=False)

    with pytest.raises(NotFound):
        apply_many(session, draft, [applicant("ada@example.org")])


def test_a_crowd_from_many_sides_gets_exactly_the_places_there_are(session: Session) -> None:
    event = make_event(session, places=7)
    event_id = event.id

    def one_side(side: int) -> None:
        for number in range(5):
            with new_session() as own:
                everyone = [applicant(f"s{side}n{number}b{i}@example.org") for i in range(2)]
                apply_many(own, own.get_one(Event, event_id), everyone)

    threads = [threading.Thread(target=one_side, args=(side,)) for side in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(statuses(session, event)) == {CONFIRMED: 7, WAITLISTED: 73}
    assert statuses(session, event) == [CONFIRMED] * 7 + [WAITLISTED] * 73


def test_tallies_are_what_counting_would_give(session: Session) -> None:
    event = make_event(session, places=2)
    for number, country in enumerate(["ES", "BR", "ES", None, "ES"]):
        register(session, event, f"p{number}@example.org", country=country)
    registrations.cancel(session, find_registration(session, event, "p0@example.org").id)
    session.commit()

    tallied = session.execute(
        select(EventTally.value, EventTally.status, EventTally.count).where(
            EventTally.dimension == "country", EventTally.count != 0
        )
    )
    counted = session.execute(
        select(func.coalesce(Registration.country, ""), Registration.status, func.count()).group_by(
            Registration.country, Registration.status
        )
    )
    assert sorted(map(tuple, tallied)) == sorted(map(tuple, counted))
