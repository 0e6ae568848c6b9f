"""The waiting list: in order, by itself, until it stops; and places that are offered before they are given."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, events, registrations, waiting_lists
from shared.errors import RegistrationClosed
from shared.models import Event, EventTally, Message, MessageKind, MessageStatus, Registration, RegistrationStatus
from shared.schemas.events import EventContent
from tests.factories import deliver_everything, find_registration, in_days, make_event, register
from tests.mailbox import Mailbox

CONFIRMED, WAITLISTED, OFFERED, CANCELLED = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.OFFERED,
    RegistrationStatus.CANCELLED,
)


def crowded(session: Session, *names: str, **facts: object) -> tuple[Event, list[Registration]]:
    """An event with one place, and people in the order of their names' listing: the first has it, the others wait."""
    event = make_event(session, places=1, **facts)
    return event, [register(session, event, f"{name}@example.org") for name in names]


def status(session: Session, registration: Registration) -> str:
    session.expire_all()
    return session.get_one(Registration, registration.id).status


def kinds(session: Session, registration: Registration) -> list[str]:
    query = select(Message.kind).where(
        Message.registration_id == registration.id, Message.status != MessageStatus.WITHDRAWN
    )
    return list(session.scalars(query.order_by(Message.id)))


def cancel(session: Session, registration: Registration) -> None:
    registrations.cancel(session, registration.id)
    session.commit()


def test_a_freed_place_is_offered_first_where_the_event_asks(session: Session) -> None:
    event, [ada, bob, eve] = crowded(session, "ada", "bob", "eve", offer_hours=24)

    cancel(session, ada)

    assert [status(session, one) for one in (bob, eve)] == [OFFERED, WAITLISTED]
    assert bob.answer_by is not None
    assert abs(bob.answer_by - clock.now() - timedelta(hours=24)) < timedelta(minutes=1)
    assert (event.places.offered, event.places.free) == (1, 0)
    assert kinds(session, bob) == [MessageKind.OFFER]


def test_nobody_else_gets_a_place_that_is_offered(session: Session) -> None:
    event, [ada, _] = crowded(session, "ada", "bob", offer_hours=24)
    cancel(session, ada)

    newcomer = register(session, event, "new@example.org")

    assert newcomer.status == WAITLISTED


def test_who_takes_the_offer_has_the_place_and_the_calendar_entry(session: Session, mailbox: Mailbox) -> None:
    event, [ada, bob] = crowded(session, "ada", "bob", offer_hours=24)
    cancel(session, ada)

    registrations.confirm(session, bob.id)
    registrations.confirm(session, bob.id)
    deliver_everything(session)

    assert status(session, bob) == CONFIRMED
    assert (event.places.offered, event.places.confirmed) == (0, 1)
    assert mailbox.subjects_to("bob@example.org") == [f"A place opened: {event.title} ({_day(event)})"]


def _day(event: Event) -> str:
    assert event.starts_at_local is not None
    return f"{event.starts_at_local.day} {event.starts_at_local:%b %Y}"


def test_an_offer_that_is_not_taken_moves_on_and_both_are_told(session: Session) -> None:
    event, [ada, bob, eve] = crowded(session, "ada", "bob", "eve", offer_hours=2)
    cancel(session, ada)

    with clock.travel_to(clock.now() + timedelta(hours=2, minutes=1)):
        lapsed = waiting_lists.lapse_overdue(session)
        again = waiting_lists.lapse_overdue(session)
        session.commit()

    assert (lapsed, again) == (1, 0)
    assert [status(session, one) for one in (bob, eve)] == [CANCELLED, OFFERED]
    assert kinds(session, bob) == [MessageKind.OFFER_LAPSED]  # The offer itself had not left yet.
    assert kinds(session, eve) == [MessageKind.OFFER]
    assert (event.places.offered, event.places.cancelled) == (1, 2)


def test_an_offer_that_is_declined_moves_on_at_once(session: Session) -> None:
    _, [ada, bob, eve] = crowded(session, "ada", "bob", "eve", offer_hours=2)
    cancel(session, ada)

    cancel(session, bob)

    assert [status(session, one) for one in (bob, eve)] == [CANCELLED, OFFERED]


def test_shortly_before_the_list_stops_nobody_is_asked_any_more(session: Session) -> None:
    event, [ada, bob] = crowded(session, "ada", "bob", offer_hours=24)
    assert event.starts_at is not None

    with clock.travel_to(event.starts_at - timedelta(minutes=20)):
        cancel(session, ada)

    assert status(session, bob) == CONFIRMED


def test_an_offer_never_stands_longer_than_the_list(session: Session) -> None:
    event, [ada, bob] = crowded(session, "ada", "bob", offer_hours=24, waiting_list_closes_minutes=120)
    assert event.starts_at is not None

    with clock.travel_to(event.starts_at - timedelta(hours=4)):
        cancel(session, ada)

    assert status(session, bob) == OFFERED
    assert bob.answer_by == event.starts_at - timedelta(minutes=120)


def test_an_offer_is_cut_short_when_the_event_moves_closer(session: Session) -> None:
    event, [ada, bob] = crowded(session, "ada", "bob", offer_hours=48)
    cancel(session, ada)
    tomorrow = in_days(1)

    events.edit(session, event.id, EventContent(starts_at_local=tomorrow), version=None)
    session.commit()

    assert (status(session, bob), bob.answer_by) == (OFFERED, event.starts_at)
    assert kinds(session, bob) == [MessageKind.OFFER]


def test_who_is_asked_hears_of_a_new_time_and_of_nothing_that_does_not_matter(
    session: Session, mailbox: Mailbox
) -> None:
    event, [ada, _] = crowded(session, "ada", "bob", offer_hours=48)
    cancel(session, ada)
    deliver_everything(session)

    events.edit(session, event.id, EventContent(contents=["Trees"]), version=None)
    events.edit(session, event.id, EventContent(starts_at_local=in_days(20)), version=None)
    deliver_everything(session)

    offers = [subject for subject in mailbox.subjects_to("bob@example.org") if subject.startswith("A place is kept")]
    assert len(offers) == 2
    assert offers[1].endswith(f"({_day(event)})")


def test_the_list_stops_when_the_organiser_said(session: Session) -> None:
    event, [ada, bob] = crowded(session, "ada", "bob", waiting_list_closes_minutes=120)
    assert event.starts_at is not None

    with clock.travel_to(event.starts_at - timedelta(minutes=119)):
        cancel(session, ada)
        assert waiting_lists.with_free_places(session) == []

    assert status(session, bob) == WAITLISTED
    assert event.places.free == 1


def test_moving_the_event_opens_the_list_again(session: Session) -> None:
    event, [ada, bob] = crowded(session, "ada", "bob", waiting_list_closes_minutes=120)
    assert event.starts_at is not None
    assert event.starts_at_local is not None
    later = event.starts_at_local + timedelta(days=7)

    with clock.travel_to(event.starts_at - timedelta(minutes=119)):
        cancel(session, ada)
        events.edit(session, event.id, EventContent(starts_at_local=later), version=None)
        session.commit()

    assert status(session, bob) == CONFIRMED


def test_places_lowered_below_those_taken_promote_nobody_until_it_fits(session: Session) -> None:
    event = make_event(session, places=3)
    people = [register(session, event, f"p{number}@example.org") for number in range(5)]
    events.edit(session, event.id, EventContent(places=1), version=None)
    session.commit()

    cancel(session, people[0])
    assert (event.places.over, event.places.taken) == (1, 2)
    cancel(session, people[1])
    assert [status(session, one) for one in people[2:]] == [CONFIRMED, WAITLISTED, WAITLISTED]
    cancel(session, people[2])

    assert [status(session, one) for one in people[3:]] == [CONFIRMED, WAITLISTED]


def test_calling_the_event_off_takes_offers_back_and_they_come_again(session: Session) -> None:
    event, [ada, bob] = crowded(session, "ada", "bob", offer_hours=24)
    cancel(session, ada)

    events.postpone(session, event.id, None)
    session.commit()
    assert (status(session, bob), bob.answer_by) == (WAITLISTED, None)
    with pytest.raises(RegistrationClosed, match="postponed"):
        registrations.take_up_again(session, ada.id)
    session.rollback()

    events.publish(session, event.id)
    session.commit()

    assert status(session, bob) == OFFERED


def test_a_thousand_who_wait_move_up_at_once_when_the_limit_goes(session: Session) -> None:
    event, _ = crowded(session, *(f"p{number}" for number in range(30)))

    events.edit(session, event.id, EventContent(places=None), version=None)
    session.commit()

    assert (event.places.waitlisted, event.places.confirmed) == (0, 30)
    tallied = session.scalar(
        select(func.sum(EventTally.count)).where(EventTally.dimension == "country", EventTally.status == CONFIRMED)
    )
    assert tallied == 30


def test_people_see_their_position(session: Session) -> None:
    event, [ada, bob, eve] = crowded(session, "ada", "bob", "eve")

    assert [waiting_lists.position_of(session, one) for one in (ada, bob, eve)] == [None, 1, 2]
    cancel(session, bob)
    assert waiting_lists.position_of(session, find_registration(session, event, "eve@example.org")) == 1
