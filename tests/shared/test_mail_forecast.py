"""Organisers hear in time, and with numbers, that their mail will not all be there when the event starts."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.worker.dispatcher import serve_rules, warn_of_late_mail
from shared import clock, events, heartbeats, mail_forecast, outbox
from shared.mail_forecast import forecast
from shared.models import Event, Message, MessageKind, MessageStatus
from shared.schemas.events import EventContent
from shared.settings import get_settings
from tests.factories import applicant, apply_many, make_calendar, make_event

CONTACT = "host@city.example"


def crowd(session: Session, people: int, *, in_hours: float = 5) -> Event:
    """Everybody has a place, and the confirmations wait."""
    starts_at_local = (clock.now() + timedelta(hours=in_hours)).replace(tzinfo=None, microsecond=0)
    calendar = make_calendar(session)
    calendar.contact_address = CONTACT
    event = make_event(session, calendar, starts_at_local=starts_at_local, time_zone="UTC")
    apply_many(session, event, [applicant(f"p{number}@example.org") for number in range(people)])
    return event


def everything_left(session: Session) -> None:
    session.execute(update(Message).values(status=MessageStatus.SENT))
    session.commit()


def workers_send(session: Session, per_minute: float) -> None:
    heartbeats.beat(session, "worker", mails_per_minute=per_minute)
    session.commit()


def near(moment: datetime | None, expected: datetime) -> bool:
    return moment is not None and abs(moment - expected) < timedelta(seconds=30)


def test_what_waits_is_done_when_the_workers_have_sent_it(session: Session) -> None:
    event = crowd(session, 30, in_hours=0.9)
    workers_send(session, 10)

    found = forecast(session, event)

    assert (found.waiting, found.per_minute, found.needed_by) == (30, 10, event.starts_at)
    assert near(found.expected_at, clock.now() + timedelta(minutes=3))
    assert not found.is_late


def test_what_goes_before_counts_and_what_comes_after_does_not(session: Session) -> None:
    first, second = crowd(session, 20, in_hours=0.9), crowd(session, 10, in_hours=30)
    workers_send(session, 10)
    assert near(forecast(session, second).expected_at, clock.now() + timedelta(hours=29, minutes=1))
    # Those of the first go first: it begins within the hour.
    assert near(forecast(session, first).expected_at, clock.now() + timedelta(minutes=2))
    everything_left(session)
    assert forecast(session, first).waiting == 0


def test_reminders_that_are_still_to_come_are_foreseen(session: Session) -> None:
    event = crowd(session, 30, in_hours=5)
    everything_left(session)
    workers_send(session, 1)
    assert event.starts_at is not None

    # The one of an hour before takes half an hour.
    found = forecast(session, event)
    assert (found.waiting, found.is_late) == (0, False)
    assert near(found.expected_at, event.starts_at - timedelta(minutes=30))

    workers_send(session, 0.4)
    assert forecast(session, event).is_late
    for rule in event.reminder_rules:
        rule.is_paused = True
    session.commit()
    assert forecast(session, event).expected_at is None


def test_the_providers_limit_is_the_rate_where_it_is_lower(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    event = crowd(session, 30)
    assert forecast(session, event).per_minute is None
    monkeypatch.setattr(get_settings(), "smtp_rate_per_minute", 5)
    assert forecast(session, event).per_minute == 5
    workers_send(session, 100)
    assert forecast(session, event).per_minute == 5
    workers_send(session, 2)
    assert forecast(session, event).per_minute == 2


def test_mail_that_nobody_sends_is_late_when_little_time_is_left(session: Session) -> None:
    event = crowd(session, 3, in_hours=5)
    assert event.starts_at is not None
    assert not forecast(session, event).is_late
    with clock.travel_to(event.starts_at - timedelta(hours=1)):
        found = forecast(session, event)
        assert (found.waiting, found.expected_at, found.is_late) == (3, None, True)
    with clock.travel_to(event.starts_at + timedelta(minutes=1)):
        assert (forecast(session, event).needed_by, forecast(session, event).is_late) == (None, False)


def test_an_event_without_a_date_has_no_moment_to_be_late_for(session: Session) -> None:
    event = make_event(session, published=False, starts_at_local=None)
    assert (forecast(session, event).needed_by, forecast(session, event).is_late) == (None, False)


def warnings(session: Session) -> list[Message]:
    session.expire_all()
    return list(session.scalars(select(Message).where(Message.kind == MessageKind.QUEUE_WARNING)))


def test_the_organiser_is_told_once_for_each_start_with_the_numbers(session: Session) -> None:
    event = crowd(session, 40, in_hours=1.05)
    everything_left(session)
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at - timedelta(minutes=59)):
        assert serve_rules()
        workers_send(session, 0.5)
        assert warn_of_late_mail()
        assert not warn_of_late_mail()

    (warning,) = warnings(session)
    assert (warning.address, warning.priority, warning.event_id) == (CONTACT, outbox.URGENT, event.id)
    facts = warning.facts
    assert (facts["waiting"], facts["per_minute"]) == (40, 0.5)
    assert datetime.fromisoformat(facts["starts_at"]) == event.starts_at
    assert near(datetime.fromisoformat(facts["expected_at"]), event.starts_at + timedelta(minutes=21))

    another_start = (clock.now() + timedelta(hours=20)).replace(tzinfo=None, microsecond=0)
    events.edit(session, event.id, EventContent(starts_at_local=another_start), version=None)
    session.commit()
    workers_send(session, 0.01)
    assert warn_of_late_mail()
    assert len(warnings(session)) == 2


def test_nobody_is_told_where_all_is_well_where_nobody_can_be_or_where_it_is_far_away(session: Session) -> None:
    well, silent, far = crowd(session, 4), crowd(session, 40, in_hours=1), crowd(session, 900, in_hours=72)
    silent.calendar.contact_address = None
    session.execute(update(Message).where(Message.event_id == silent.id).values(priority=99))
    session.commit()
    workers_send(session, 0.2)
    session.execute(update(Message).where(Message.event_id == well.id).values(status=MessageStatus.SENT))
    for rule in well.reminder_rules:
        rule.is_paused = True
    session.commit()
    assert forecast(session, silent).is_late
    assert not forecast(session, well).is_late
    assert forecast(session, far).is_late
    assert mail_forecast.warn(session) == 0
