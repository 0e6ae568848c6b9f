"""The one path from the outbox to workers: reminders become messages, messages become jobs, waiting lists advance.

Run it with `python -m services.worker.dispatcher`. Several may run side by side.
"""

import signal
import threading
from datetime import timedelta
from types import FrameType
from uuid import UUID

import structlog
from redis import RedisError
from rq.registry import StartedJobRegistry
from sqlalchemy.exc import SQLAlchemyError

from services.worker.beating import beating
from services.worker.jobs import deliver_messages
from services.worker.queueing import mail_queue
from shared import canary, clock, invitations, outbox, registrations, reminders, waiting_lists
from shared.database import new_session
from shared.logs import configure_logs
from shared.places import lock_places
from shared.privacy import retention
from shared.settings import get_settings

log = structlog.get_logger()

# A job that outlives this is dead: the lease on its messages has passed as well.
JOB_TIMEOUT_SECONDS = 600
# What is due to the day is looked for this often.
SELDOM = timedelta(hours=1)
# Seconds to wait after PostgreSQL or Redis did not answer.
AFTER_TROUBLE_SECONDS = 2.0


class Dispatcher:
    def __init__(self) -> None:
        # How many looks in a row found reserved messages but no job anywhere.
        self._looks_without_jobs = 0
        self._seldom_due_at = clock.now()

    def look(self) -> bool:
        """One round. True when something was done, so that the next round follows at once."""
        did_something = [step() for step in STEPS]
        did_something.append(self._look_seldom())
        return self.enqueue_due() or any(did_something)

    def _look_seldom(self) -> bool:
        """Again at once as long as there is something to do, so that mail has its turn between two batches."""
        if clock.now() < self._seldom_due_at:
            return False
        did_something = any([step() for step in SELDOM_STEPS])
        if not did_something:
            self._seldom_due_at = clock.now() + SELDOM
        return did_something

    def enqueue_due(self) -> bool:
        """Fill the queue up to its few jobs; the rest waits in PostgreSQL, where urgent mail can still overtake it."""
        queue = mail_queue()
        self._recover_lost_jobs(queued=queue.count)
        free = get_settings().jobs_ahead - queue.count
        return any([self._enqueue_one() for _ in range(max(0, free))])

    def _enqueue_one(self) -> bool:
        settings = get_settings()
        with new_session() as session:
            until = clock.now() + settings.lease_lifetime
            ids = outbox.lease_outstanding(session, limit=settings.messages_per_job, until=until)
            session.commit()
        if ids:
            enqueue(ids)
        return bool(ids)

    def _recover_lost_jobs(self, *, queued: int) -> None:
        """Redis was emptied, or died: messages reserved for jobs that no longer exist are given back."""
        if queued or StartedJobRegistry(queue=mail_queue()).count:
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


def enqueue(ids: list[UUID]) -> None:
    mail_queue().enqueue(
        deliver_messages,
        [str(message_id) for message_id in ids],
        job_timeout=JOB_TIMEOUT_SECONDS,
        result_ttl=0,
        failure_ttl=3600,
    )


def serve_reminders() -> bool:
    with new_session() as session:
        served = reminders.serve_due(session)
        session.commit()
    if served:
        log.info("reminders.served", messages=served)
    return served > 0


def advance_waiting_lists() -> bool:
    """Every path that frees a place promotes at once; this finds what a path may have missed."""
    promoted = 0
    with new_session() as session:
        for event_id in waiting_lists.with_free_places(session):
            promoted += len(waiting_lists.promote_waiting(session, lock_places(session, event_id)))
            session.commit()
    return promoted > 0


def lapse_overdue() -> bool:
    """Places that were offered and not taken in time move on; addresses that nobody verified are forgotten."""
    with new_session() as session:
        lapsed = waiting_lists.lapse_overdue(session)
        session.commit()
    if lapsed:
        log.info("registrations.lapsed", registrations=lapsed)
    return lapsed > 0


def answer_link_requests() -> bool:
    with new_session() as session:
        asked = registrations.answer_link_requests(session)
        session.commit()
    return asked > 0


def send_invitations() -> bool:
    """As many as the day allows."""
    with new_session() as session:
        sent = invitations.send_waiting(session)
        session.commit()
    if sent:
        log.info("invitations.sent", messages=sent)
    return sent > 0


def erase_expired() -> bool:
    """Personal data goes when the days that people were promised are over."""
    with new_session() as session:
        erased = retention.erase_expired(session)
        session.commit()
    if erased:
        log.info("personal_data.erased", count=erased)
    return erased > 0


def forget_answers() -> bool:
    with new_session() as session:
        forgotten = retention.forget_answers(session)
        session.commit()
    return forgotten > 0


def forget_inbound() -> bool:
    """Raw mails that came back, and personal feeds of nobody."""
    with new_session() as session:
        forgotten = retention.forget_inbound(session) + retention.forget_feeds(session)
        session.commit()
    return forgotten > 0


def send_canary() -> bool:
    with new_session() as session:
        sent = canary.send_due(session)
        session.commit()
    return sent > 0


def forget_canaries() -> bool:
    with new_session() as session:
        forgotten = canary.forget_old(session)
        session.commit()
    return forgotten > 0


# What becomes due by itself, besides mail. Each is a transaction of its own, and says whether it did something.
STEPS = (serve_reminders, lapse_overdue, advance_waiting_lists, answer_link_requests, send_invitations, send_canary)
# The same for what nobody waits for.
SELDOM_STEPS = (erase_expired, forget_answers, forget_inbound, forget_canaries)


def run(stop: threading.Event) -> None:
    """Look until told to stop. Whatever does not answer is waited for; nothing is lost meanwhile."""
    dispatcher = Dispatcher()
    with beating("dispatcher"):
        while not stop.is_set():
            try:
                is_busy = dispatcher.look()
            except (SQLAlchemyError, RedisError) as problem:
                log.error("dispatcher.waiting", error=type(problem).__name__)
                stop.wait(AFTER_TROUBLE_SECONDS)
                continue
            if not is_busy:
                stop.wait(get_settings().dispatch_interval)


def main() -> None:
    configure_logs()
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    run(stop)


if __name__ == "__main__":
    main()
