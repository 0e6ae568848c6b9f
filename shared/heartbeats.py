"""Running dispatchers and workers say that they run; others read it."""

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import clock
from shared.models import Heartbeat

INTERVAL = timedelta(seconds=5)
# Three beats missed: dead, or so busy that it might as well be.
ALIVE_FOR = timedelta(seconds=20)
KEPT_FOR = timedelta(days=1)


def beat(session: Session, kind: str) -> None:
    """Note that this process runs. Forgets those silent for a day."""
    now = clock.now()
    row = {"process": f"{kind}@{socket.gethostname()}:{os.getpid()}", "kind": kind, "seen_at": now}
    statement = insert(Heartbeat).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["process"], set_={"seen_at": now}))
    session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - KEPT_FOR))


def last_seen(session: Session, kind: str) -> datetime | None:
    return session.scalar(select(func.max(Heartbeat.seen_at)).where(Heartbeat.kind == kind))


def is_alive(seen_at: datetime | None) -> bool:
    return seen_at is not None and clock.now() - seen_at < ALIVE_FOR
