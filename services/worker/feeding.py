"""Due messages become jobs: as many as keep the workers busy for a few seconds, the rest waits in PostgreSQL, where
urgent mail can still overtake it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from rq import Queue
from rq.registry import StartedJobRegistry

from services.worker.jobs import deliver_messages
from services.worker.queueing import PRIORITIES, Band, mail_queue, mail_queues
from shared import clock, heartbeats, outbox
from shared.database import new_session
from shared.settings import get_settings

log = structlog.get_logger()

# A job that outlives this is dead: the lease on its messages has passed as well.
JOB_TIMEOUT_SECONDS = 600
# What a job should take a worker: whatever comes meanwhile, however urgent, waits as long.
JOB_SECONDS = 2
# How long a measured rate is taken for the present one.
_RATE_KEPT_FOR = timedelta(seconds=5)


class Jobs:
    """What one dispatcher keeps in mind from look to look."""

    def __init__(self) -> None:
        # How many looks in a row found reserved messages but no job anywhere.
        self._looks_without_jobs = 0
        self._size, self._sized_at = 0, clock.now()

    def enqueue_due(self) -> bool:
        """Fill each queue up to its few jobs. True where there was something to fill it with."""
        queued = {band: mail_queue(band).count for band in Band}
        self._recover_lost_jobs(queued=sum(queued.values()))
        with new_session() as session:
            if not outbox.has_outstanding(session):
                return False
        # Several at a time: a look costs as much as many mails.
        most = get_settings().jobs_ahead
        return any([self._fill(band, most - jobs) for band, jobs in queued.items() if jobs <= most // 2])

    def _fill(self, band: Band, free: int) -> bool:
        size = self._job_size()
        with new_session() as session:
            until = clock.now() + get_settings().lease_lifetime
            ids = outbox.lease_outstanding(session, limit=free * size, until=until, priorities=PRIORITIES[band])
            session.commit()
        if ids:
            enqueue(mail_queue(band), list(_in_parts(ids, size)))
        return bool(ids)

    def _job_size(self) -> int:
        if not self._size or clock.now() - self._sized_at > _RATE_KEPT_FOR:
            with new_session() as session:
                rate = heartbeats.mail_rate(session)
            self._size, self._sized_at = job_size(rate.per_worker if rate else None), clock.now()
        return self._size

    def _recover_lost_jobs(self, *, queued: int) -> None:
        """Redis was emptied, or died: messages reserved for jobs that no longer exist are given back."""
        if queued or any(StartedJobRegistry(queue=queue).count for queue in mail_queues()):
            self._looks_without_jobs = 0
            return
        self._looks_without_jobs += 1
        # One empty look may fall between two steps of another dispatcher; several in a row do not.
        if self._looks_without_jobs >= 4:
            self._looks_without_jobs = 0
            with new_session() as session:
                released = outbox.release_leases(session)
                session.commit()
            if released:
                log.warning("outbox.jobs_lost", messages=released)


def job_size(per_minute: float | None) -> int:
    """Messages in one job, for a worker that sends so many a minute; None: it has not shown yet how fast it is."""
    settings = get_settings()
    rates = [rate for rate in (per_minute, settings.smtp_rate_per_minute) if rate]
    wanted = [round(rate * JOB_SECONDS / 60) for rate in rates]
    return max(1, min([settings.messages_per_job, *wanted]))


def _in_parts(ids: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def enqueue(queue: Queue, jobs: Sequence[Sequence[UUID]]) -> None:
    prepared = [
        Queue.prepare_data(
            deliver_messages,
            ([str(message_id) for message_id in ids],),
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            failure_ttl=3600,
        )
        for ids in jobs
    ]
    queue.enqueue_many(prepared)
