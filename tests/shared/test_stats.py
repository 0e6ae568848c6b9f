"""The snapshot says what is there, and costs the same however much there is."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from shared import clock, events, registrations, stats
from shared.database import get_engine, new_session
from shared.models import Event
from shared.places import lock_places
from shared.schemas.events import EventContent
from tests.factories import applicant, apply_many, deliver_everything, find_registration, in_days, make_event, register
from tests.mailbox import Mailbox


def test_an_empty_event_has_zeros(session: Session) -> None:
    snapshot = stats.snapshot(session, make_event(session, places=10))
    assert (snapshot.totals.active, snapshot.totals.left, snapshot.totals.fill) == (0, 10, 0.0)
    assert snapshot.curve == []
    assert [row.confirmed for row in snapshot.audiences] == [0, 0]
    assert len(snapshot.local_hours) == 24


def test_the_numbers_add_up(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, places=3, starts_at_local=in_days(10, hour=15), time_zone="Europe/Madrid")
    register(
        session, event, "a@example.org", country="ES", city="Lleida", audience="Students", time_zone="Europe/Madrid"
    )
    register(session, event, "b@example.org", country="ES", city="Girona", time_zone="Asia/Tokyo")
    register(session, event, "c@example.org", country="BR")
    register(session, event, "d@example.org", country="FR")
    registrations.cancel(session, find_registration(session, event, "a@example.org").id)
    deliver_everything(session)

    snapshot = stats.snapshot(session, event)

    totals = snapshot.totals
    assert (totals.confirmed, totals.waitlisted, totals.cancelled, totals.left) == (3, 0, 1, 0)
    assert (totals.last_24_hours, totals.countries, totals.cities) == (4, 3, 1)
    assert {row.country: row.count for row in snapshot.countries} == {"ES": 1, "BR": 1, "FR": 1}
    assert snapshot.curve[-1].active == 3
    assert sum(row.count for row in snapshot.local_hours) == 3
    assert (
        snapshot.local_hours[23].count + snapshot.local_hours[22].count == 1
    )  # Tokyo is 8 hours ahead, or 7 in summer.
    assert [entry.first_name for entry in snapshot.feed] == ["D", "C", "B"]
    assert snapshot.mail.sent > 0
    assert snapshot.mail.due == 0


def test_answers_are_counted_for_those_who_have_a_place(session: Session) -> None:
    choices = [{"key": "all", "label": "Everything"}, {"key": "vegan", "label": "Vegan"}]
    event = make_event(
        session, places=2, text_language="es",
        questions=[
            {"key": "lunch", "kind": "choices", "label": "¿Qué come?", "choices": choices},
            {"key": "first", "kind": "yes-no", "label": "¿Primera vez?"},
            {"key": "hopes", "kind": "short-text", "label": "¿Qué espera?"},
        ],
    )  # fmt: skip
    register(session, event, "a@example.org", answers={"lunch": ["all", "vegan"], "first": True})
    register(session, event, "b@example.org", answers={"lunch": ["all"], "hopes": "Sombra"})
    register(session, event, "c@example.org", answers={"lunch": ["vegan"], "first": False})

    lunch, first, hopes = stats.snapshot(session, event).questions

    assert (lunch.label, lunch.kind, lunch.answered) == ("¿Qué come?", "choices", 2)
    assert [(choice.label, choice.count) for choice in lunch.choices] == [("Everything", 2), ("Vegan", 1)]
    assert (first.answered, [(choice.key, choice.count) for choice in first.choices]) == (1, [("yes", 1), ("no", 0)])
    assert (hopes.answered, hopes.choices) == (1, [])


def test_what_was_asked_before_is_counted_on_while_somebody_has_answered(session: Session) -> None:
    lunch = {"key": "lunch", "kind": "yes-no", "label": "Lunch?"}
    event = make_event(session, questions=[lunch])
    ada = register(session, event, "a@example.org", answers={"lunch": True})
    events.edit(session, event.id, EventContent(questions=[]), version=None)
    session.commit()

    assert [question.answered for question in stats.snapshot(session, event).questions] == [1]

    registrations.cancel(session, ada.id)
    assert stats.snapshot(session, event).questions == []


def test_a_lowered_limit_shows_by_how_much_it_is_over(session: Session) -> None:
    event = make_event(session, places=3)
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(3)])
    lock_places(session, event.id).places = 1
    session.commit()
    assert stats.snapshot(session, event).totals.over == 2


def test_yesterday_is_told_from_today(session: Session) -> None:
    event = make_event(session)
    with clock.travel_to(clock.now() - timedelta(hours=30)):
        register(session, event, "a@example.org")
    register(session, event, "b@example.org")
    totals = stats.snapshot(session, event).totals
    assert (totals.last_24_hours, totals.day_before) == (1, 1)


def test_a_mail_that_waits_is_seen_with_its_age(session: Session) -> None:
    event = make_event(session)
    with clock.travel_to(clock.now() - timedelta(minutes=5)):
        register(session, event, "a@example.org")
    mail = stats.snapshot(session, event).mail
    assert mail.due == 1
    assert mail.oldest_waiting_seconds is not None
    assert 299 < mail.oldest_waiting_seconds < 310
    assert not mail.worker_is_alive


def test_a_name_of_one_space_free_word_or_many_shows_its_first(session: Session) -> None:
    event = make_event(session)
    register(session, event, "a@example.org", name="李小龍")
    register(session, event, "b@example.org", name="Ada King, Countess of Lovelace")
    assert [entry.first_name for entry in stats.snapshot(session, event).feed] == ["Ada", "李小龍"]


def test_the_number_of_statements_does_not_grow_with_registrations(session: Session) -> None:
    event = make_event(session)

    def statements() -> int:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        sqlalchemy_event.listen(get_engine(), "before_cursor_execute", note)
        with new_session() as own:
            stats.snapshot(own, own.get_one(Event, event.id))
        sqlalchemy_event.remove(get_engine(), "before_cursor_execute", note)
        return len(seen)

    few = statements()
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(200)])
    assert statements() <= few + 1
