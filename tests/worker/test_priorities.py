"""What is needed first goes first: urgent mail never waits behind what was queued before it."""

from datetime import timedelta
from typing import Any

import pytest
from rq.worker import SimpleWorker
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker import delivery, dispatcher
from services.worker.delivery import deliver
from services.worker.dispatcher import Dispatcher, hurry_mail
from services.worker.feeding import job_size
from services.worker.queueing import Band, mail_queue, mail_queues, redis_connection
from services.worker.throughput import Throughput, of_this_process
from shared import clock, events, heartbeats, outbox
from shared.admission import Application, register_many
from shared.database import new_session
from shared.models import Event, Heartbeat, Message, MessageKind, MessageStatus, RegistrationSource
from shared.settings import get_settings
from tests.factories import applicant, apply_many, deliver_everything, in_days, make_event, register
from tests.mailbox import Mailbox

ADA = "ada@example.org"


def import_people(session: Session, event: Event, number: int) -> None:
    applications = [
        Application(applicant(f"p{one}@example.org"), RegistrationSource.IMPORT, "en") for one in range(number)
    ]
    register_many(session, event.id, applications)
    session.commit()


def work_one_job() -> None:
    SimpleWorker(mail_queues(), connection=redis_connection()).work(burst=True, max_jobs=1, logging_level="WARNING")


def sent(session: Session) -> list[str]:
    session.expire_all()
    query = select(Message).where(Message.status == MessageStatus.SENT).order_by(Message.sent_at)
    return [message.registration.address for message in session.scalars(query) if message.registration]


def test_an_urgent_mail_does_not_wait_behind_hundreds_that_were_queued_before(
    session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "messages_per_job", 100)
    import_people(session, make_event(session), 800)
    look = Dispatcher()
    look.look()
    assert mail_queue(Band.BULK).count == get_settings().jobs_ahead

    tomorrow = make_event(session)
    ada = register(session, tomorrow, ADA)
    deliver_one = session.scalars(select(Message).where(Message.registration_id == ada.id)).one()
    deliver([deliver_one.id])
    events.cancel(session, tomorrow.id, "The speaker is ill.")
    session.commit()
    look.look()
    assert mail_queue(Band.URGENT).count == 1
    work_one_job()

    assert sent(session) == [ADA, ADA]


def test_who_registers_goes_before_a_list_that_is_imported(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    import_people(session, event, 150)
    look = Dispatcher()
    look.look()
    register(session, event, ADA)
    look.look()
    work_one_job()
    assert sent(session) == [ADA]


def test_what_begins_within_the_hour_goes_first(session: Session) -> None:
    soon = make_event(session, starts_at_local=in_days(3))
    import_people(session, soon, 2)
    later = make_event(session, starts_at_local=in_days(20))
    register(session, later, ADA)
    assert soon.starts_at is not None
    with clock.travel_to(soon.starts_at - timedelta(minutes=50)):
        assert hurry_mail()
        assert not hurry_mail()
        ids = outbox.lease_outstanding(session, limit=2, until=clock.now() + timedelta(minutes=2))
        leased = session.scalars(select(Message).where(Message.id.in_(ids))).all()
        assert {(message.event_id, message.priority) for message in leased} == {(soon.id, outbox.URGENT)}
        session.rollback()

        register(session, soon, "eve@example.org")
    newest = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    assert (newest.kind, newest.priority) == (MessageKind.CONFIRMATION, outbox.URGENT)


def test_a_turn_ends_in_time_and_gives_back_what_is_left(
    session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LONGEST_TURN", timedelta(0))
    apply_many(session, make_event(session), [applicant(f"p{number}@example.org") for number in range(3)])
    ids = outbox.lease_outstanding(session, limit=3, until=clock.now() + timedelta(minutes=2))
    session.commit()

    # One at least, or nothing would ever be sent.
    assert deliver(ids) == 1
    session.expire_all()
    left = session.scalars(select(Message).where(Message.status == MessageStatus.PENDING)).all()
    assert [(message.attempts, message.lease_until) for message in left] == [(0, None), (0, None)]

    deliver_everything(session)
    assert len(mailbox.mails()) == 3


@pytest.mark.parametrize(
    ("per_minute", "allowed", "size"),
    [(None, 0, 250), (60_000, 0, 250), (600, 0, 20), (1, 0, 1), (None, 120, 4), (600, 60, 2), (600, 1, 1)],
)
def test_a_job_keeps_a_worker_for_two_seconds(
    per_minute: float | None, allowed: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "smtp_rate_per_minute", allowed)
    assert job_size(per_minute) == size


def test_slow_workers_get_small_jobs(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeats.beat(session, "worker", mails_per_minute=90.0)
    import_people(session, make_event(session), 50)
    Dispatcher().look()
    first = mail_queue(Band.BULK).jobs[0]
    assert len(first.args[0]) == 3


def test_what_is_not_often_looked_for_is_looked_for_again_and_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    monkeypatch.setattr(dispatcher, "OFTEN_STEPS", (lambda: bool(looks.append(1)),))
    look = Dispatcher()
    look.look()
    look.look()
    assert len(looks) == 1
    with clock.travel_to(clock.now() + dispatcher.OFTEN):
        look.look()
    assert len(looks) == 2


def test_a_rate_is_that_of_sending_and_not_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("services.worker.throughput.time.monotonic", lambda: now[0])
    rate = Throughput()
    assert rate.per_minute() is None
    rate.note(100, 2.0)
    now[0] += 50
    assert rate.per_minute() == 3000
    rate.note(100, 8.0)
    assert rate.per_minute() == 1200
    now[0] += 30
    assert rate.per_minute() == 750
    now[0] += 60
    assert rate.per_minute() is None


def test_one_slow_mail_tells_nothing_and_a_slow_minute_does() -> None:
    rate = Throughput()
    rate.note(1, 6.0)
    assert rate.per_minute() is None
    rate.note(1, 24.0)
    assert rate.per_minute() == 4


def test_workers_tell_how_fast_they_are(session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_this_process, "_turns", type(of_this_process._turns)())
    assert heartbeats.mail_rate(session) is None
    apply_many(session, make_event(session), [applicant(f"p{number}@example.org") for number in range(12)])
    deliver_everything(session)
    heartbeats.beat(session, "worker", mails_per_minute=of_this_process.per_minute())
    session.add(Heartbeat(process="worker@elsewhere:1", kind="worker", seen_at=clock.now(), mails_per_minute=None))
    session.add(Heartbeat(process="dispatcher@here:1", kind="dispatcher", seen_at=clock.now(), mails_per_minute=7))
    session.flush()

    rate: Any = heartbeats.mail_rate(session)

    assert rate.per_worker > 0
    # The other one runs, and is taken to be as fast.
    assert rate.together == 2 * rate.per_worker
    with clock.travel_to(clock.now() + timedelta(minutes=1)), new_session() as later:
        assert heartbeats.mail_rate(later) is None
