"""The snapshot says what is there, and costs the same however much there is."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from shared import clock, registrations, stats
from shared.database import get_engine, new_session
from shared.models import Event
from shared.places import lock_places
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
