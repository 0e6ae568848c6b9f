"""From the outbox to jobs and back: reminders in time, urgent mail first, and Redis as nobody's only copy."""

from datetime import timedelta

import pytest
from rq.worker import SimpleWorker
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker.dispatcher import Dispatcher, serve_rules
from services.worker.queueing import mail_queue, mail_queues, redis_connection
from shared import clock, events, registrations
from shared.models import Message, MessageKind, MessageStatus
from shared.schemas.events import EventContent
from shared.settings import get_settings
from tests.factories import applicant, apply_many, deliver_everything, in_days, make_event, register
from tests.mailbox import Mailbox

ADA = "ada@example.org"


def work_off() -> None:
    SimpleWorker(mail_queues(), connection=redis_connection()).work(burst=True, logging_level="WARNING")


def reminders_of(session: Session) -> list[Message]:
    session.expire_all()
    return list(session.scalars(select(Message).where(Message.kind == MessageKind.REMINDER).order_by(Message.id)))


def test_a_message_goes_through_a_job_to_the_mailbox(session: Session, mailbox: Mailbox) -> None:
    register(session, make_event(session), ADA)

    assert Dispatcher().look()
    assert mail_queue().count == 1
    work_off()

    assert len(mailbox.subjects_to(ADA)) == 1
    assert not Dispatcher().look()


def test_an_emptied_redis_loses_nothing(session: Session, mailbox: Mailbox) -> None:
    register(session, make_event(session), ADA)
    dispatcher = Dispatcher()
    dispatcher.look()
    redis_connection().flushall()

    for _ in range(6):
        dispatcher.look()
    work_off()

    assert len(mailbox.subjects_to(ADA)) == 1


def test_several_dispatchers_share_the_work(
    session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "messages_per_job", 5)
    apply_many(session, make_event(session), [applicant(f"p{number}@example.org") for number in range(20)])
    for dispatcher in (Dispatcher(), Dispatcher(), Dispatcher()):
        dispatcher.look()
    work_off()
    assert len(mailbox.mails()) == 20


def test_the_queue_is_kept_short_so_that_urgent_mail_can_overtake(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "messages_per_job", 1)
    monkeypatch.setattr(get_settings(), "jobs_ahead", 3)
    apply_many(session, make_event(session), [applicant(f"p{number}@example.org") for number in range(10)])
    dispatcher = Dispatcher()
    dispatcher.look()
    dispatcher.look()
    assert mail_queue().count == 3


def test_reminders_go_out_a_day_and_an_hour_before_once_each(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    register(session, event, ADA)
    deliver_everything(session)
    assert event.starts_at is not None

    for before, expected in ((25, 0), (23.9, 1), (2, 1), (0.99, 2), (0.5, 2)):
        with clock.travel_to(event.starts_at - timedelta(hours=before)):
            deliver_everything(session)
        assert len(reminders_of(session)) == expected


def test_who_comes_after_the_moment_gets_no_stale_reminder(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at - timedelta(hours=10)):
        register(session, event, ADA)
        deliver_everything(session)
        assert reminders_of(session) == []
    with clock.travel_to(event.starts_at - timedelta(minutes=59)):
        deliver_everything(session)
    assert len(reminders_of(session)) == 1


def test_after_an_outage_only_the_latest_of_several_reminders_goes(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    register(session, event, ADA)
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at - timedelta(minutes=30)):
        deliver_everything(session)
    assert [message.facts["minutes_before"] for message in reminders_of(session)] == [60]


def test_reminders_follow_an_event_that_moves(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    register(session, event, ADA)
    deliver_everything(session)
    assert event.starts_at is not None
    first_start = event.starts_at
    with clock.travel_to(first_start - timedelta(hours=20)):
        deliver_everything(session)
        assert len(reminders_of(session)) == 1
        events.edit(session, event.id, EventContent(starts_at_local=in_days(9)), version=None)
        deliver_everything(session)
        assert len(reminders_of(session)) == 1
    with clock.travel_to(event.starts_at - timedelta(hours=20)):
        deliver_everything(session)
    assert [message.status for message in reminders_of(session)] == [MessageStatus.SENT] * 2


def test_a_reminder_that_waits_goes_away_with_its_event(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    register(session, event, ADA)
    deliver_everything(session)
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at - timedelta(hours=20)):
        assert serve_rules()
        events.cancel(session, event.id, None)
        deliver_everything(session)
    assert [message.status for message in reminders_of(session)] == [MessageStatus.WITHDRAWN]


def test_who_cancelled_is_not_reminded(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    ada = register(session, event, ADA)
    registrations.cancel(session, ada.id)
    session.commit()
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at - timedelta(hours=20)):
        deliver_everything(session)
    assert reminders_of(session) == []
