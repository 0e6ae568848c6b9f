"""A mistyped address is corrected by an organiser: the place goes to the new one, and the old one hears nothing."""

from datetime import timedelta
from typing import Any

import pytest
import vobject
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.worker.delivery import deliver
from shared import clock, events, links, outbox, reachability, registrations
from shared.links import Purpose
from shared.models import AuditEntry, Event, Message, MessageKind, MessageStatus, Registration, Role
from shared.schemas.events import EventContent
from tests.factories import deliver_everything, make_calendar, make_event, make_organiser, register, token_for
from tests.mailbox import Mailbox

OLD, NEW = "ada@exmaple.org", "ada@example.org"


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, make_calendar(session), places=5)


@pytest.fixture
def editor(session: Session, event: Event) -> dict[str, str]:
    return token_for(session, make_organiser(session, event.calendar, Role.EDITOR))


def correct(client: TestClient, registration: Registration, headers: dict[str, str], **body: Any) -> Any:
    return client.patch(f"/api/v1/registrations/{registration.id}", headers=headers, json=body)


def kinds(session: Session, registration: Registration, status: MessageStatus) -> list[str]:
    query = select(Message.kind).where(Message.registration_id == registration.id, Message.status == status)
    return list(session.scalars(query.order_by(Message.id)))


def test_the_place_goes_to_the_new_address(
    session: Session, client: TestClient, event: Event, editor: dict[str, str], mailbox: Mailbox
) -> None:
    ada = register(session, event, OLD)
    deliver_everything(session)
    message = session.scalars(select(Message)).one()
    message.bounced_at, message.bounce = clock.now(), f"550 <{OLD.upper()}>: user unknown"
    ada.entry_sequence = 0
    message.revision = ada.entry_revision = event.revision
    reachability.mark_lost(session, message, clock.now())
    session.commit()
    mailbox.empty()

    answer = correct(client, ada, editor, address=NEW.upper().replace("EXAMPLE.ORG", "example.org"))
    deliver_everything(session)

    assert answer.status_code == 200
    assert (answer.json()["undelivered_at"], answer.json()["holds"]) == (None, "none")
    mail = mailbox.only_mail_to("ADA@example.org")
    calendar = next(part for part in mail.walk() if part.get_content_type() == "text/calendar").get_content()
    entry = vobject.readOne(calendar).vevent
    assert (entry.uid.value, entry.sequence.value) == (f"reg-{ada.id}@plenary.localhost", "1")
    assert entry.attendee.value == "mailto:ADA@example.org"
    assert mailbox.subjects_to(OLD) == []
    session.refresh(ada)
    assert (ada.undelivered_at, ada.sequence) == (None, 1)


def test_what_says_the_old_address_is_gone(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    ada = register(session, event, OLD)
    message = session.scalars(select(Message)).one()
    outbox.claim(session, [message.id], until=clock.now())
    outbox.mark_failed(session, message, reply=f"550 <{OLD.upper()}>: user unknown")
    message.bounce = f"to {OLD} or {OLD}"
    session.commit()

    correct(client, ada, editor, address=NEW)

    session.refresh(message)
    assert OLD not in f"{message.reply} {message.bounce}".lower()
    assert message.reply == "550 <[the address before]>: user unknown"
    mails = client.get(f"/api/v1/registrations/{ada.id}/messages", headers=editor).json()["messages"]
    assert [(one["status"], one["address"]) for one in mails] == [("pending", NEW), ("failed", None)]
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action.like("registration.%")))
    assert (entry.action, entry.facts) == ("registration.readdressed", {})


def test_a_bounce_that_comes_later_says_nothing_of_the_new_address(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    ada = register(session, event, OLD)
    deliver_everything(session)
    old = session.scalars(select(Message)).one()
    correct(client, ada, editor, address=NEW)
    deliver_everything(session)

    reachability.mark_lost(session, old, clock.now())
    session.commit()

    session.refresh(ada)
    assert ada.undelivered_at is None
    assert reachability.count(session, event) == 0


def test_until_the_new_mail_has_left_the_person_counts_as_unreached(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    ada = register(session, event, OLD)
    deliver_everything(session)
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at - timedelta(minutes=40)):
        assert reachability.count(session, event) == 0
        correct(client, ada, editor, address=NEW)
        session.rollback()
        assert reachability.count(session, event) == 1
        deliver_everything(session)
        assert reachability.count(session, event) == 0


def test_reminders_that_wait_go_to_the_new_address_even_from_a_workers_hands(
    session: Session, client: TestClient, event: Event, editor: dict[str, str], mailbox: Mailbox
) -> None:
    ada = register(session, event, OLD)
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at - timedelta(hours=23)):
        deliver_everything(session)
        session.query(Message).filter_by(kind=MessageKind.REMINDER).update({"status": MessageStatus.PENDING})
        session.commit()
        mailbox.empty()
        [reminder] = session.query(Message).filter_by(kind=MessageKind.REMINDER)
        outbox.claim(session, [reminder.id], until=clock.now() + timedelta(minutes=2))
        session.commit()
        correct(client, ada, editor, address=NEW)
        assert deliver([reminder.id]) == 1

    assert [subject.partition(":")[0] for subject in mailbox.subjects_to(NEW)] == ["Starts tomorrow"]
    assert mailbox.subjects_to(OLD) == []


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, "confirmation"),
        ({"places": 0}, "waiting-list"),
        ({"verifies_addresses": True}, "verification"),
    ],
)
def test_the_mail_says_how_things_stand(session: Session, client: TestClient, facts: dict[str, Any], kind: str) -> None:
    event = make_event(session, **facts)
    ada = register(session, event, OLD)
    editor = token_for(session, make_organiser(session, event.calendar, Role.EDITOR))

    assert correct(client, ada, editor, address=NEW).status_code == 200

    assert kinds(session, ada, MessageStatus.WITHDRAWN) == [kind]
    assert kinds(session, ada, MessageStatus.PENDING) == [kind]


def test_who_waited_is_told_of_the_place_or_the_offer(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    events.edit(session, event.id, EventContent(places=1), version=None)
    ada, bob, cyd = (register(session, event, f"{name}@exmaple.org") for name in ("ada", "bob", "cyd"))
    registrations.cancel(session, ada.id)
    events.edit(session, event.id, EventContent(offer_hours=24), version=None)
    registrations.cancel(session, bob.id)
    registrations.take_up_again(session, bob.id)
    session.commit()
    assert (bob.status, cyd.status) == ("waitlisted", "offered")

    assert correct(client, cyd, editor, address="cyd@example.org").status_code == 200
    assert kinds(session, cyd, MessageStatus.PENDING) == ["offer"]

    registrations.confirm(session, cyd.id)
    session.commit()
    assert correct(client, cyd, editor, address="cyd@example.net").status_code == 200
    assert kinds(session, cyd, MessageStatus.PENDING) == ["promotion"]


def test_an_event_that_is_called_off_is_told_as_such_and_one_that_is_over_not_at_all(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    ada = register(session, event, OLD)
    deliver_everything(session)
    events.cancel(session, event.id, None)
    session.commit()

    correct(client, ada, editor, address=NEW)
    assert kinds(session, ada, MessageStatus.PENDING) == ["cancellation"]
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at):
        assert correct(client, ada, editor, address="ada@example.net").status_code == 200
    assert kinds(session, ada, MessageStatus.PENDING) == ["cancellation"]


def test_an_address_that_is_registered_already_is_refused_by_name(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    ada, bob = register(session, event, OLD), register(session, event, "bob@example.org")

    taken = correct(client, ada, editor, address="BOB@example.org")
    nonsense = correct(client, ada, editor, address="ada at home")

    assert (taken.status_code, nonsense.status_code) == (422, 422)
    assert [one["field"] for one in taken.json()["errors"]] == ["address"]
    assert [one["field"] for one in nonsense.json()["errors"]] == ["address"]
    session.refresh(ada)
    assert ada.address == OLD
    registrations.cancel(session, bob.id)
    session.commit()
    assert correct(client, ada, editor, address="bob@example.org").status_code == 200


def test_a_refused_address_leaves_the_rest_uncorrected(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    ada = register(session, event, OLD)
    register(session, event, "bob@example.org")
    assert correct(client, ada, editor, name="Ada L.", address="bob@example.org").status_code == 422
    session.refresh(ada)
    assert ada.name == "Ada"


def test_twice_sends_one_mail(session: Session, client: TestClient, event: Event, editor: dict[str, str]) -> None:
    ada = register(session, event, OLD)
    deliver_everything(session)
    for _ in range(2):
        assert correct(client, ada, editor, address=NEW).status_code == 200
    assert kinds(session, ada, MessageStatus.PENDING) == ["confirmation"]
    assert session.query(AuditEntry).filter_by(action="registration.readdressed").count() == 1


def test_a_cancelled_registration_keeps_its_address(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    ada = register(session, event, OLD)
    registrations.cancel(session, ada.id)
    session.commit()
    assert correct(client, ada, editor, address=NEW).status_code == 409


def test_people_cannot_move_their_own_registration_to_another_address(
    session: Session, client: TestClient, event: Event
) -> None:
    ada = register(session, event, NEW)
    own = f"/my/{links.sign(Purpose.MY, ada.id)}"
    client.post(own, data={"name": "Ada", "language": "en", "address": "eve@example.org"})
    session.refresh(ada)
    assert ada.address == NEW


def test_viewers_cannot(session: Session, client: TestClient, event: Event) -> None:
    ada = register(session, event, OLD)
    viewer = token_for(session, make_organiser(session, event.calendar, Role.VIEWER))
    assert correct(client, ada, viewer, address=NEW).status_code == 403
