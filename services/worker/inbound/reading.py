"""The job that reads what was kept, and the dispatcher's step that makes it."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from services.worker.queueing import mail_queue
from shared import clock
from shared.database import new_session
from shared.inbound import reading

log = structlog.get_logger()

MAILS_PER_JOB = 10
# Seconds. A mail takes a hundredth of one; the worst that passes the limits, a few.
JOB_TIMEOUT = 120
_LEASE = timedelta(seconds=JOB_TIMEOUT + 30)


def enqueue_inbound() -> bool:
    """Make a job of what waits to be read. What is lost with Redis is found again when its lease is over."""
    with new_session() as session:
        ids = reading.lease_new(session, limit=MAILS_PER_JOB, until=clock.now() + _LEASE)
        session.commit()
    if ids:
        mail_queue().enqueue(
            read_inbound, [str(one) for one in ids], job_timeout=JOB_TIMEOUT, result_ttl=0, failure_ttl=3600
        )
    return bool(ids)


def read_inbound(mail_ids: list[str]) -> int:
    """Read these mails, each in a transaction of its own. Returns how many were read."""
    return sum(_read_one(UUID(one)) for one in mail_ids)


def _read_one(mail_id: UUID) -> bool:
    """A mail that cannot be read holds up no other: it is noted, tried again, and given up after three times."""
    with new_session() as session:
        is_to_do = reading.claim(session, mail_id)
        session.commit()
        if not is_to_do:
            return False
        try:
            reading.take_in(session, mail_id)
            session.commit()
        except Exception as problem:
            session.rollback()
            log.error("inbound.not_read", id=str(mail_id), error=type(problem).__name__)
            is_its_fault = not isinstance(problem, OperationalError)
            reading.note_trouble(session, mail_id, problem, is_its_fault=is_its_fault)
            session.commit()
            return False
    log.info("inbound.read", id=str(mail_id))
    return True
