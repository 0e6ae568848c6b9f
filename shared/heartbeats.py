"""Running dispatchers and workers say that they run; others read it."""

import os
import socket
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import clock
from shared.models import Heartbeat

INTERVAL = timedelta(seconds=5)
# Three beats missed: dead, or so busy that it might as well be.
ALIVE_FOR = timedelta(seconds=20)
KEPT_FOR = timedelta(days=1)


class MailRate(NamedTuple):
    """What the workers that run can send, by their last minute, in mails a minute."""

    together: float
    per_worker: float


def beat(session: Session, kind: str, *, mails_per_minute: float | None = None) -> None:
    """Note that this process runs, and how fast it sends. Forgets those silent for a day."""
    now = clock.now()
    found = {"seen_at": now, "mails_per_minute": mails_per_minute}
    row = {"process": f"{kind}@{socket.gethostname()}:{os.getpid()}", "kind": kind, **found}
    statement = insert(Heartbeat).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["process"], set_=found))
    session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - KEPT_FOR))


def last_seen(session: Session, kind: str) -> datetime | None:
    return session.scalar(select(func.max(Heartbeat.seen_at)).where(Heartbeat.kind == kind))


def mail_rate(session: Session) -> MailRate | None:
    """None where no worker has sent anything lately. Those that were idle are taken to be as fast as the others."""
    runs = and_(Heartbeat.kind == "worker", Heartbeat.seen_at > clock.now() - ALIVE_FOR)
    workers, mean = session.execute(select(func.count(), func.avg(Heartbeat.mails_per_minute)).where(runs)).one()
    return None if mean is None else MailRate(together=workers * mean, per_worker=mean)


def is_alive(seen_at: datetime | None) -> bool:
    return seen_at is not None and clock.now() - seen_at < ALIVE_FOR
