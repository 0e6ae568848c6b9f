"""The session as it runs: joins by the minute, asking those who are missing, and what people ask."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import audience_questions, clock, joining, live_session
from shared.errors import RegistrationClosed, StateConflict
from shared.mail_rules.serving import serve_due
from shared.models import Event, Message, MessageKind, Registration
from tests.factories import make_event, register

ROOM = "https://rooms.example.org/trees"


def a_session(session: Session, people: int = 4) -> tuple[Event, list[Registration]]:
    event = make_event(session, room_url=ROOM, minutes=60)
    audiences = ["City officials", "Students"]
    found = [
        register(session, event, f"p{number}@example.org", audience=audiences[number % 2]) for number in range(people)
    ]
    return event, found


def at(event: Event, minutes: float):
    assert event.starts_at is not None
    return clock.travel_to(event.starts_at + timedelta(minutes=minutes))


def test_joins_are_counted_by_the_minute_and_by_audience(session: Session) -> None:
    event, people = a_session(session)
    for minutes, person in ((-5, people[0]), (2, people[1]), (2.3, people[2]), (3, people[1])):
        with at(event, minutes):
            joining.enter(session, person)
            session.commit()

    with at(event, 4):
        now = live_session.snapshot(session, event)

    assert (now.phase, now.joined, now.confirmed, now.not_joined, now.last_five_minutes) == ("on", 3, 4, 1, 2)
    assert [(point.count, point.joined) for point in now.joins if point.count] == [(1, 1), (2, 3)]
    assert {(one.audience, one.confirmed, one.joined) for one in now.audiences} == {
        ("City officials", 2, 2),
        ("Students", 2, 1),
    }


@pytest.mark.parametrize(("minutes", "phase"), [(-61, "early"), (-59, "doors"), (0, "on"), (59, "on"), (60, "over")])
def test_the_phase_follows_the_clock(session: Session, minutes: float, phase: str) -> None:
    event, _ = a_session(session, 0)

    with at(event, minutes):
        assert live_session.snapshot(session, event).phase == phase


def test_those_who_are_missing_are_mailed_and_nobody_else(session: Session) -> None:
    event, people = a_session(session)
    with at(event, 5):
        joining.enter(session, people[0])
        session.commit()
        told = live_session.remind(session, event)
        session.commit()
        while serve_due(session) is not None:
            session.commit()
        notices = session.scalars(select(Message).where(Message.kind == MessageKind.NOTICE)).all()

        assert told.recipients == 3
        assert {message.registration_id for message in notices} == {one.id for one in people[1:]}
        with pytest.raises(StateConflict, match="Ask again ten minutes later"):
            live_session.remind(session, event)
        session.rollback()
    with at(event, 16):
        assert live_session.snapshot(session, event).may_remind


def test_before_it_starts_and_without_a_room_nobody_is_called(session: Session) -> None:
    event, _ = a_session(session)
    with at(event, -5), pytest.raises(StateConflict, match="while the session is on"):
        live_session.remind(session, event)
    session.rollback()
    event.room_url = None
    session.commit()
    with at(event, 5), pytest.raises(StateConflict, match="No room is named"):
        live_session.remind(session, event)


def test_people_ask_a_few_questions_and_each_once(session: Session) -> None:
    _, [person] = a_session(session, 1)
    first = audience_questions.ask(session, person, "  Why\n trees? ")

    assert first.text == "Why trees?"
    assert audience_questions.ask(session, person, "Why trees?").id == first.id
    for number in range(audience_questions.MOST_EACH - 1):
        audience_questions.ask(session, person, f"Question {number}")
    with pytest.raises(StateConflict):
        audience_questions.ask(session, person, "One more")


def test_whoever_has_no_place_cannot_ask(session: Session) -> None:
    event = make_event(session, places=1)
    register(session, event, "ada@example.org")
    waiting = register(session, event, "bob@example.org")

    with pytest.raises(RegistrationClosed):
        audience_questions.ask(session, waiting, "Why?")
