"""Verifying an address, cancelling by mistake, coming back, and asking for the link again."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, events, registrations, waiting_lists
from shared.admission import Application, register_many
from shared.errors import RegistrationClosed
from shared.models import (
    ConsentText,
    Event,
    EventTally,
    LinkRequest,
    Message,
    MessageKind,
    MessageStatus,
    Registration,
    RegistrationSource,
    RegistrationStatus,
)
from shared.schemas.events import EventContent
from tests.factories import applicant, apply_many, deliver_everything, find_registration, in_days, make_event, register
from tests.mailbox import Mailbox, calendar_text

PENDING, CONFIRMED, WAITLISTED, CANCELLED = (
    RegistrationStatus.PENDING,
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.CANCELLED,
)


def kinds(session: Session, registration: Registration) -> list[str]:
    query = select(Message.kind).where(
        Message.registration_id == registration.id, Message.status != MessageStatus.WITHDRAWN
    )
    return list(session.scalars(query.order_by(Message.id)))


def cancel(session: Session, registration: Registration) -> None:
    registrations.cancel(session, registration.id)
    session.commit()


def come_back(session: Session, registration: Registration) -> None:
    registrations.take_up_again(session, registration.id)
    session.commit()


def by(session: Session, event: Event, source: RegistrationSource, address: str) -> RegistrationStatus:
    [outcome] = register_many(session, event.id, [Application(applicant(address), source, "en")])
    if outcome.refusal:
        raise outcome.refusal
    session.commit()
    return outcome.status


def tallied(session: Session, event: Event) -> int:
    return session.scalar(select(func.sum(EventTally.count)).where(EventTally.event_id == event.id)) or 0


def test_an_address_is_verified_before_its_place_counts(session: Session) -> None:
    event = make_event(session, places=1, verifies_addresses=True)

    ada = register(session, event, "ada@example.org")

    assert (ada.status, ada.confirmed_at) == (PENDING, None)
    assert (event.places.pending, event.places.taken, event.places.free) == (1, 0, 1)
    assert kinds(session, ada) == [MessageKind.VERIFICATION]


def test_whoever_verifies_first_has_the_place(session: Session) -> None:
    event = make_event(session, places=1, verifies_addresses=True)
    ada, bob = register(session, event, "ada@example.org"), register(session, event, "bob@example.org")

    for one in (bob, ada, bob):
        registrations.confirm(session, one.id)
        session.commit()

    assert (bob.status, ada.status) == (CONFIRMED, WAITLISTED)
    assert bob.position < ada.position
    assert kinds(session, ada)[-1] == MessageKind.WAITING_LIST
    assert kinds(session, bob)[-1] == MessageKind.CONFIRMATION


def test_an_address_that_nobody_verifies_is_forgotten_as_if_it_had_never_been(session: Session) -> None:
    event = make_event(session, verifies_addresses=True)
    before = tallied(session, event)
    register(session, event, "ada@example.org", country="ES", city="Lleida")

    with clock.travel_to(clock.now() + timedelta(hours=24, minutes=1)):
        assert waiting_lists.lapse_overdue(session) == 1
        session.commit()

    session.expire_all()
    assert session.scalars(select(Registration)).all() == []
    assert session.scalars(select(Message)).all() == []
    assert (event.places.pending, tallied(session, event)) == (0, before)


def test_the_answer_is_the_same_for_everyone_where_addresses_are_verified(session: Session) -> None:
    event = make_event(session, places=1, verifies_addresses=True)
    ada = register(session, event, "ada@example.org")
    registrations.confirm(session, ada.id)
    session.commit()

    outcomes = [apply_many(session, event, [applicant(f"{name}@example.org")])[0] for name in ("ada", "bob", "bob")]

    assert len(set(outcomes)) == 1
    assert outcomes[0].status == PENDING
    assert kinds(session, find_registration(session, event, "bob@example.org")) == [MessageKind.VERIFICATION] * 2


def test_a_suspicious_application_has_to_verify_at_any_event(session: Session) -> None:
    event = make_event(session)
    suspicious = Application(
        applicant("ada@example.org"), RegistrationSource.PAGE, "en", must_verify=True, is_suspect=True
    )

    [outcome] = register_many(session, event.id, [suspicious])
    session.commit()

    assert outcome.status == PENDING
    assert find_registration(session, event, "ada@example.org").is_suspect


def test_nothing_can_be_confirmed_once_the_event_is_cancelled(session: Session) -> None:
    event = make_event(session, verifies_addresses=True)
    ada = register(session, event, "ada@example.org")
    events.cancel(session, event.id, None)
    session.commit()

    with pytest.raises(RegistrationClosed, match="is cancelled"):
        registrations.confirm(session, ada.id)


def test_a_cancellation_by_mistake_is_undone(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, places=1)
    ada = register(session, event, "ada@example.org")
    cancel(session, ada)
    deliver_everything(session)

    come_back(session, ada)
    come_back(session, ada)
    deliver_everything(session)

    assert (ada.status, ada.cancelled_at, ada.sequence) == (CONFIRMED, None, 2)
    assert [entry.partition("METHOD:")[2][:7].strip() for entry in _entries(mailbox)] == ["CANCEL", "REQUEST"]
    assert "SEQUENCE:2" in _entries(mailbox)[1]


def _entries(mailbox: Mailbox) -> list[str]:
    return [calendar_text(mail) or "" for mail in mailbox.mails("ada@example.org")]


def test_who_undoes_after_the_place_went_on_is_the_next_to_get_one(session: Session) -> None:
    event = make_event(session, places=1)
    ada, bob, eve = (register(session, event, f"{name}@example.org") for name in ("ada", "bob", "eve"))
    cancel(session, ada)

    come_back(session, ada)

    assert [one.status for one in (ada, bob, eve)] == [WAITLISTED, CONFIRMED, WAITLISTED]
    assert [waiting_lists.position_of(session, one) for one in (ada, eve)] == [1, 2]


def test_who_comes_back_later_comes_last(session: Session) -> None:
    event = make_event(session, places=1)
    ada, _, eve = (register(session, event, f"{name}@example.org") for name in ("ada", "bob", "eve"))
    cancel(session, ada)

    with clock.travel_to(clock.now() + registrations.UNDO_FOR):
        come_back(session, ada)

    assert [waiting_lists.position_of(session, one) for one in (ada, eve)] == [2, 1]


def test_who_registered_anew_meanwhile_cannot_have_both(session: Session) -> None:
    event = make_event(session)
    first = register(session, event, "ada@example.org")
    cancel(session, first)
    register(session, event, "Ada@example.org")

    with pytest.raises(RegistrationClosed, match="registered again since"):
        registrations.take_up_again(session, first.id)


def test_someone_may_leave_and_come_back_again_and_again(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")

    for _ in range(3):
        cancel(session, ada)
        come_back(session, ada)

    assert (ada.status, ada.sequence) == (CONFIRMED, 6)
    assert kinds(session, ada) == [MessageKind.CONFIRMATION]
    assert (event.places.confirmed, event.places.cancelled) == (1, 0)


def test_registration_opens_and_closes_at_set_times(session: Session) -> None:
    now = clock.now()
    event = make_event(
        session, registration_opens_at=now + timedelta(hours=1), registration_closes_at=now + timedelta(hours=2)
    )

    with pytest.raises(RegistrationClosed, match="opens on"):
        by(session, event, RegistrationSource.PAGE, "early@example.org")
    session.rollback()
    with clock.travel_to(now + timedelta(hours=1)):
        assert by(session, event, RegistrationSource.PAGE, "ada@example.org") == CONFIRMED
    with clock.travel_to(now + timedelta(hours=2)), pytest.raises(RegistrationClosed, match="has closed"):
        by(session, event, RegistrationSource.API, "late@example.org")


def test_an_organiser_may_add_someone_at_any_time_but_not_beyond_the_places(session: Session) -> None:
    event = make_event(
        session, places=1, verifies_addresses=True, registration_closes_at=clock.now() - timedelta(hours=1)
    )

    statuses = [by(session, event, RegistrationSource.ORGANISER, f"{name}@example.org") for name in ("ada", "bob")]

    assert statuses == [CONFIRMED, WAITLISTED]
    ada = find_registration(session, event, "ada@example.org")
    assert (ada.consent_version, ada.consented_at) == (None, None)


def test_registration_cannot_close_before_it_opens(session: Session) -> None:
    event = make_event(session, registration_opens_at=in_days(3).replace(tzinfo=clock.now().tzinfo))

    with pytest.raises(Exception, match="close before it opens"):
        events.edit(session, event.id, EventContent(registration_closes_at=clock.now()), version=None)


def test_the_text_agreed_to_is_kept_word_for_word(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")

    events.edit(session, event.id, EventContent(retention_days=30), version=None)
    session.commit()
    bob = register(session, event, "bob@example.org")

    texts = {row.version: row.text for row in session.scalars(select(ConsentText))}
    assert ada.consent_version is not None
    assert bob.consent_version is not None
    assert "180 days after the event" in texts[ada.consent_version]
    assert "30 days after the event" in texts[bob.consent_version]
    assert ada.consented_at == ada.registered_at


def test_the_link_is_sent_to_who_is_registered_and_all_wishes_are_forgotten(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    register(session, event, "ada@example.org")
    deliver_everything(session)
    mailbox.empty()

    for address in ("ADA@example.org", "ada@example.org", "nobody@example.org"):
        registrations.request_link(session, event.id, address)
    deliver_everything(session)

    assert [subject.partition(":")[0] for subject in mailbox.subjects_to("ada@example.org")] == ["Your link"]
    assert mailbox.subjects_to("nobody@example.org") == []
    assert session.scalars(select(LinkRequest)).all() == []


def test_who_cancelled_gets_the_link_too(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")
    cancel(session, ada)
    deliver_everything(session)
    mailbox.empty()

    registrations.request_link(session, event.id, "ada@example.org")
    deliver_everything(session)

    assert [subject.partition(":")[0] for subject in mailbox.subjects_to("ada@example.org")] == ["Your link"]
