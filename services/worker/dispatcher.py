"""The one path from the outbox to workers: rules become messages, messages become jobs, waiting lists advance.

Run it with `python -m services.worker.dispatcher`. Several may run side by side.
"""

import signal
import threading
from datetime import timedelta
from types import FrameType

import structlog
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from services.worker.beating import beating
from services.worker.feeding import Jobs
from services.worker.inbound.reading import enqueue_inbound
from shared import canary, clock, invitations, mail_forecast, outbox, registrations, waiting_lists
from shared.database import new_session
from shared.logs import configure_logs
from shared.mail_rules import serving
from shared.places import lock_places
from shared.privacy import retention
from shared.settings import get_settings

log = structlog.get_logger()

# What is due to the minute is looked for this often, and what is due to the day.
OFTEN, SELDOM = timedelta(seconds=10), timedelta(hours=1)
# Seconds to wait after PostgreSQL or Redis did not answer.
AFTER_TROUBLE_SECONDS = 2.0


class Dispatcher:
    def __init__(self) -> None:
        self._jobs = Jobs()
        self._often_due_at = self._seldom_due_at = clock.now()

    def look(self) -> bool:
        """One round. True when something was done, so that the next round follows at once."""
        did_something = [step() for step in STEPS]
        did_something += [self._look_often(), self._look_seldom()]
        return self._jobs.enqueue_due() or any(did_something)

    def _look_often(self) -> bool:
        if clock.now() < self._often_due_at:
            return False
        self._often_due_at = clock.now() + OFTEN
        return any([step() for step in OFTEN_STEPS])

    def _look_seldom(self) -> bool:
        """Again at once as long as there is something to do, so that mail has its turn between two batches."""
        if clock.now() < self._seldom_due_at:
            return False
        did_something = any([step() for step in SELDOM_STEPS])
        if not did_something:
            self._seldom_due_at = clock.now() + SELDOM
        return did_something


def serve_rules() -> bool:
    """Reminders, follow-ups, notices: whatever rules send becomes messages when its moment has come."""
    with new_session() as session:
        served = serving.serve_due(session)
        session.commit()
    if served is not None:
        log.info("rules.served", messages=served)
    return served is not None


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


def hurry_mail() -> bool:
    with new_session() as session:
        hurried = outbox.hurry(session)
        session.commit()
    return hurried > 0


def warn_of_late_mail() -> bool:
    """Organisers hear in time that their mail will not all be there in time."""
    with new_session() as session:
        warned = mail_forecast.warn(session)
        session.commit()
    if warned:
        log.warning("mail.will_be_late", events=warned)
    return warned > 0


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


def forget_inbound() -> bool:
    """Raw mails that came back, and personal feeds of nobody."""
    with new_session() as session:
        forgotten = retention.forget_inbound(session) + retention.forget_feeds(session)
        session.commit()
    return forgotten > 0


# What becomes due by itself, besides mail. Each is a transaction of its own, and says whether it did something.
STEPS = (
    serve_rules, lapse_overdue, advance_waiting_lists, answer_link_requests, send_invitations, enqueue_inbound,
    send_canary,
)  # fmt: skip
# The same for what need not be seen at once, and for what nobody waits for.
OFTEN_STEPS = (hurry_mail, warn_of_late_mail)
SELDOM_STEPS = (erase_expired, forget_answers, forget_canaries, forget_inbound)


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
