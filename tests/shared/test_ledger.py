"""What each calendar holds: brought up to date by every change, known to the organiser, and sent again."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
import vobject
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, events, ledger, outbox, registrations
from shared.database import new_session
from shared.errors import StateConflict
from shared.models import AuditEntry, Event, Message, MessageKind, MessageStatus, Registration, Role
from shared.schemas.events import EventContent
from shared.schemas.mail import Ledger
from tests.factories import (
    deliver_everything,
    in_days,
    make_calendar,
    make_event,
    make_organiser,
    register,
    token_for,
)
from tests.mailbox import Mailbox, calendar_text

ADA, BOB = "ada@example.org", "bob@example.org"
FIRST, SECOND, THIRD = (in_days(days) for days in (10, 11, 12))


def move(session: Session, event: Event, to: datetime, **content: Any) -> None:
    events.edit(session, event.id, EventContent(starts_at_local=to, **content), version=None)
    session.commit()


def leave(session: Session, *, but: MessageStatus = MessageStatus.SENT, reply: str = "250 OK") -> list[Message]:
    """Everything that waits is taken by the mail server, or ends as said. Returns what it was."""
    ids = list(session.scalars(select(Message.id).where(Message.status == MessageStatus.PENDING)))
    messages = outbox.claim(session, ids, until=clock.now() + timedelta(minutes=2))
    for message in messages if but is not MessageStatus.SENDING else []:
        if but is MessageStatus.SENT:
            outbox.mark_sent(session, message, reply=reply)
        elif but is MessageStatus.PENDING:
            outbox.retry_later(session, message, wait=timedelta(0), reply=reply)
        else:
            outbox.mark_failed(session, message, reply=reply)
    session.commit()
    return messages


def waiting(session: Session) -> list[tuple[str, int, dict[str, Any]]]:
    found = session.scalars(select(Message).where(Message.status == MessageStatus.PENDING).order_by(Message.id))
    return [(one.kind, one.sequence, one.facts.get("before", {})) for one in found]


def counted(session: Session, event: Event) -> tuple[int, int, int, int]:
    session.expire_all()
    found = ledger.counts(session, event)
    return found.current, found.stale, found.none, found.waiting


def test_the_ledger_counts_what_the_mail_server_took(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST, places=3)
    ada, bob = register(session, event, ADA), register(session, event, BOB)
    assert counted(session, event) == (0, 0, 2, 2)

    leave(session)
    assert counted(session, event) == (2, 0, 0, 0)
    assert (ada.entry_sequence, ada.entry_revision) == (0, 0)

    move(session, event, SECOND)
    assert counted(session, event) == (0, 2, 0, 2)
    leave(session, but=MessageStatus.FAILED, reply="550 No such user")
    assert counted(session, event) == (0, 2, 0, 0)

    registrations.cancel(session, bob.id)
    session.commit()
    assert counted(session, event) == (0, 1, 0, 0)
    leave(session)
    assert (bob.entry_sequence, bob.entry_revision) == (None, None)


def test_an_event_that_is_off_is_to_be_in_no_calendar(session: Session) -> None:
    event = make_event(session, places=3)
    register(session, event, ADA)
    leave(session)
    events.cancel(session, event.id, None)
    session.commit()

    assert ledger.counts(session, event) == Ledger(revision=1, current=0, stale=1, none=0, waiting=0)
    leave(session)
    session.expire_all()
    assert ledger.counts(session, event) == Ledger(revision=1, current=1, stale=0, none=0, waiting=0)
    with pytest.raises(StateConflict):
        ledger.send_again(session, event)


def test_the_entry_goes_again_to_those_who_lack_it_and_have_none_on_its_way(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST)
    ada = register(session, event, ADA)
    leave(session)
    move(session, event, SECOND)
    leave(session, but=MessageStatus.FAILED, reply="550 Mailbox full")
    bob = register(session, event, BOB)  # Whose confirmation is on its way.

    assert [ledger.send_again(session, event) for _ in range(2)] == [1, 0]
    session.commit()

    assert ada.sequence == 2
    assert waiting(session) == [(MessageKind.CONFIRMATION, 0, {}), (MessageKind.ENTRY_AGAIN, 2, {})]
    leave(session)
    assert counted(session, event) == (2, 0, 0, 0)
    assert (ada.entry_sequence, bob.entry_sequence) == (2, 0)
    assert ledger.send_again(session, event) == 0


def test_an_entry_on_its_way_again_gives_way_to_a_change(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST)
    register(session, event, ADA)
    leave(session, but=MessageStatus.FAILED, reply="550 Mailbox full")
    ledger.send_again(session, event)
    session.commit()

    move(session, event, SECOND)

    assert [(kind, sequence) for kind, sequence, _ in waiting(session)] == [(MessageKind.CHANGE, 2)]


def test_of_two_moves_before_any_mail_left_only_the_last_is_told_from_what_people_know(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST, title="Water")
    register(session, event, ADA)
    leave(session)
    first_start = event.starts_at

    move(session, event, SECOND)
    move(session, event, THIRD, title="Water and trees")

    [(kind, sequence, before)] = waiting(session)
    assert (kind, sequence) == (MessageKind.CHANGE, 2)
    assert before["starts_at"] == first_start.isoformat() if first_start else False
    assert before["title"] == "Water"
    leave(session)
    assert counted(session, event) == (1, 0, 0, 0)


def test_a_move_and_back_before_any_mail_left_troubles_nobody(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST)
    ada = register(session, event, ADA)
    leave(session)

    move(session, event, SECOND)
    move(session, event, FIRST)

    assert waiting(session) == []
    assert counted(session, event) == (1, 0, 0, 0)
    assert (event.revision, ada.entry_revision, ada.entry_sequence) == (2, 2, 0)
    # The next one is told again, under a number that comes after all the others.
    move(session, event, THIRD)
    [message] = leave(session)
    assert message.sequence == 2
    assert counted(session, event) == (1, 0, 0, 0)


def test_a_move_and_back_is_told_where_the_first_may_have_left(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST)
    register(session, event, ADA)
    leave(session)
    move(session, event, SECOND)
    second_start = event.starts_at
    leave(session, but=MessageStatus.PENDING, reply="SMTPServerDisconnected: Connection unexpectedly closed")

    move(session, event, FIRST)

    [(kind, sequence, before)] = waiting(session)
    assert (kind, sequence) == (MessageKind.CHANGE, 2)
    assert second_start is not None
    assert before["starts_at"] == second_start.isoformat()


def test_a_move_and_back_is_told_to_who_has_neither(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST)
    ada = register(session, event, ADA)
    leave(session, but=MessageStatus.FAILED, reply="550 Mailbox full")

    move(session, event, SECOND)
    move(session, event, FIRST)

    assert [(kind, sequence) for kind, sequence, _ in waiting(session)] == [(MessageKind.CHANGE, 2)]
    assert ada.entry_revision is None


def test_who_is_still_to_be_confirmed_gets_the_news_in_that_mail(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST)
    register(session, event, ADA)

    move(session, event, SECOND)
    move(session, event, THIRD)

    assert waiting(session) == [(MessageKind.CONFIRMATION, 0, {})]
    leave(session)
    assert counted(session, event) == (1, 0, 0, 0)


def test_who_is_being_confirmed_in_this_instant_hears_of_the_move_as_well(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST)
    ada = register(session, event, ADA)
    [confirmation] = leave(session, but=MessageStatus.SENDING)
    with new_session() as organiser:
        move(organiser, event, SECOND)
    outbox.mark_sent(session, confirmation, reply="250 OK")
    session.commit()
    session.refresh(event)

    assert counted(session, event) == (0, 1, 0, 1)
    leave(session)
    assert counted(session, event) == (1, 0, 0, 0)
    assert ada.entry_sequence == 1


@pytest.mark.parametrize(
    ("content", "is_told"),
    [
        ({"title": "Trees"}, True),
        ({"location": "Town hall"}, True),
        ({"is_online": False}, True),
        ({"minutes": 75}, True),
        ({"time_zone": "Europe/Lisbon"}, True),
        ({"introduction": "Trees are **tall**."}, False),
        ({"room_url": "https://rooms.example.org/j/2"}, False),
        ({"recording_url": "https://rooms.example.org/r/2"}, False),
        ({"places": 12}, False),
    ],
)
def test_a_change_is_a_revision_where_it_stands_in_calendars(
    session: Session, content: dict[str, Any], is_told: bool
) -> None:
    event = make_event(session, starts_at_local=FIRST)
    register(session, event, ADA)
    leave(session)

    events.edit(session, event.id, EventContent(**content), version=None)

    assert event.revision == is_told
    assert len(waiting(session)) == is_told


def test_another_time_asks_again_and_another_title_keeps_the_answer(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST)
    ada = register(session, event, ADA)
    ada.participation, ada.participation_sequence, ada.participation_at = "ACCEPTED", 0, clock.now()
    session.commit()

    events.edit(session, event.id, EventContent(title="Trees"), version=None)
    assert ada.participation == "ACCEPTED"

    events.edit(session, event.id, EventContent(minutes=75), version=None)
    assert (ada.participation, ada.participation_sequence, ada.participation_at) == (None, None, None)


def test_a_registration_taken_up_again_goes_on_and_a_new_one_begins_anew(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, ADA)
    leave(session)
    registrations.cancel(session, ada.id, is_by_person=True)
    ada.participation = "DECLINED"
    leave(session)
    registrations.take_up_again(session, ada.id)
    [again] = leave(session)

    assert (again.registration_id, again.sequence, ada.participation) == (ada.id, 2, None)

    registrations.cancel(session, ada.id, is_by_person=True)
    leave(session)
    anew = register(session, event, ADA)
    [message] = leave(session)
    assert (message.registration_id, message.sequence) == (anew.id, 0)
    assert anew.id != ada.id


def test_a_mail_that_was_overtaken_does_not_turn_the_ledger_back(session: Session) -> None:
    event = make_event(session, starts_at_local=FIRST)
    ada = register(session, event, ADA)
    leave(session)
    move(session, event, SECOND)
    [slow] = leave(session, but=MessageStatus.SENDING)
    with new_session() as other:
        move(other, event, THIRD)
        leave(other)
    session.expire(ada)

    outbox.mark_sent(session, slow, reply="250 OK")
    session.commit()

    session.expire_all()
    assert (ada.entry_sequence, ada.entry_revision) == (2, 2)


@pytest.mark.parametrize("deed", [registrations.cancel, "move"])
def test_a_worker_and_an_organiser_never_wait_for_each_other(session: Session, deed: Any) -> None:
    """Both want the person's row and the mail's: the second to come waits for the first, and neither forever."""
    event = make_event(session, starts_at_local=FIRST)
    ada = register(session, event, ADA)
    leave(session)
    move(session, event, SECOND)
    [change] = leave(session, but=MessageStatus.SENDING)
    has_begun, failures = threading.Event(), []

    def note_as_sent() -> None:
        has_begun.set()
        try:
            outbox.mark_sent(session, change, reply="250 OK")
            session.commit()
        except Exception as problem:
            failures.append(problem)

    with new_session() as organiser:
        organiser.get_one(Registration, ada.id).city = "Porto"
        organiser.flush()
        worker = threading.Thread(target=note_as_sent)
        worker.start()
        has_begun.wait(5)
        if deed == "move":
            move(organiser, event, THIRD)
        else:
            deed(organiser, ada.id)
            organiser.commit()
    worker.join(20)

    assert failures == []
    assert not worker.is_alive()


def test_the_entry_that_is_sent_again_arrives(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=FIRST, title="Rivers")
    ada = register(session, event, ADA)
    leave(session, but=MessageStatus.FAILED, reply="550 Mailbox full")
    ledger.send_again(session, event)

    deliver_everything(session)

    part = calendar_text(mailbox.only_mail_to(ADA))
    assert part is not None
    read = vobject.readOne(part)
    assert (read.method.value, read.vevent.sequence.value, read.vevent.summary.value) == ("REQUEST", "1", "Rivers")
    assert read.vevent.uid.value == f"reg-{ada.id}@plenary.localhost"
    assert counted(session, event) == (1, 0, 0, 0)


def test_an_organiser_sends_the_entries_again_and_it_is_in_the_log(session: Session, client: TestClient) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar, starts_at_local=FIRST)
    register(session, event, ADA)
    leave(session, but=MessageStatus.FAILED, reply="550 Mailbox full")
    headers = token_for(session, make_organiser(session, calendar, Role.EDITOR))
    path = f"/api/v1/events/{event.id}/entries"

    answers = [client.post(path, headers=headers) for _ in range(2)]

    assert [answer.json() for answer in answers] == [{"count": 1}, {"count": 0}]
    session.expire_all()
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "entries.sent-again"))
    assert entry.facts == {"count": 1}
    events.cancel(session, event.id, None)
    session.commit()
    refused = client.post(path, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (409, "tag:plenary,2026:problem:state-conflict")
