"""A provider's limit holds for all workers together, and whatever happens to Redis, no mail is lost by it."""

from datetime import timedelta

import pytest
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.local.ports import LOOPBACK, free_port
from services.worker import provider_limit
from services.worker.delivery import deliver
from services.worker.provider_limit import share, wait_for_turn
from services.worker.queueing import redis_connection
from shared import clock, outbox
from shared.models import Message, MessageStatus
from shared.settings import get_settings
from tests.factories import applicant, apply_many, deliver_everything, make_event
from tests.mailbox import Mailbox


@pytest.mark.parametrize(
    ("per_minute", "amount", "seconds"), [(6000, 500, 5), (60, 5, 5), (12, 1, 5), (6, 1, 10), (1, 1, 60)]
)
def test_a_minute_is_shared_out_evenly(per_minute: int, amount: int, seconds: int) -> None:
    assert (share(per_minute).amount, share(per_minute).get_expiry()) == (amount, seconds)


@pytest.mark.parametrize("per_minute", [1, 7, 11, 13, 59, 61, 100, 1000])
def test_no_minute_has_more_than_is_allowed(per_minute: int) -> None:
    part = share(per_minute)
    windows = -(-60 // part.get_expiry())
    assert part.amount * windows <= per_minute


def test_whose_turn_has_not_come_waits(session: Session) -> None:
    now = clock.now()
    assert [wait_for_turn(36, until=now) for _ in range(5)] == [True, True, True, False, False]


def three_waiting(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    monkeypatch.setattr(get_settings(), "smtp_rate_per_minute", 12)
    apply_many(session, make_event(session), [applicant(f"p{number}@example.org") for number in range(3)])
    return list(session.scalars(select(Message)))


def test_what_is_beyond_the_limit_waits_in_the_outbox(
    session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = three_waiting(session, monkeypatch)
    monkeypatch.setattr("services.worker.delivery.LONGEST_TURN", timedelta(0))

    # Two workers, one limit.
    assert [deliver([message.id for message in waiting[:2]]), deliver([waiting[2].id])] == [1, 0]

    session.expire_all()
    assert sorted(message.status for message in waiting) == ["pending", "pending", "sent"]
    assert {message.attempts for message in waiting if message.status == MessageStatus.PENDING} == {0}
    monkeypatch.setattr(get_settings(), "smtp_rate_per_minute", 0)
    deliver_everything(session)
    assert len(mailbox.mails()) == 3


def test_an_emptied_redis_forgets_a_few_seconds_and_no_mail(
    session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = three_waiting(session, monkeypatch)
    monkeypatch.setattr("services.worker.delivery.LONGEST_TURN", timedelta(0))
    assert deliver([waiting[0].id]) == 1
    redis_connection().flushall()
    assert deliver([waiting[1].id]) == 1
    assert deliver([waiting[2].id]) == 0


def test_without_redis_nothing_is_sent_beyond_anybodys_count_and_nothing_is_lost(
    session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = three_waiting(session, monkeypatch)

    # Nobody listens there.
    gone = MovingWindowRateLimiter(RedisStorage(f"redis://{LOOPBACK}:{free_port()}/0"))
    with monkeypatch.context() as without:
        without.setattr(provider_limit, "limiter", lambda: gone)
        assert deliver([message.id for message in waiting]) == 0
    assert mailbox.mails() == []
    leased = outbox.lease_outstanding(session, limit=10, until=clock.now() + timedelta(minutes=2))
    assert len(leased) == 3
