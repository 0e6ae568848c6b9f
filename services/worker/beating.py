"""A thread that says this process runs, every few seconds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.worker import throughput
from shared import heartbeats
from shared.database import new_session

log = structlog.get_logger()


def _beat(kind: str) -> None:
    try:
        with new_session() as session:
            heartbeats.beat(session, kind, mails_per_minute=throughput.of_this_process.per_minute())
            session.commit()
    except SQLAlchemyError as problem:
        log.warning("heartbeat.missed", kind=kind, error=type(problem).__name__)


@contextmanager
def beating(kind: str) -> Iterator[None]:
    """Beat inside the block, from a thread: a long delivery does not look like death."""
    stop = threading.Event()

    def keep_beating() -> None:
        _beat(kind)
        while not stop.wait(heartbeats.INTERVAL.total_seconds()):
            _beat(kind)

    thread = threading.Thread(target=keep_beating, name=f"{kind}-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)
