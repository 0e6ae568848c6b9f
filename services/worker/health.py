"""Does the dispatcher or worker of this container run? `python -m services.worker.health worker` ends with 0 or 1."""

import socket
import sys

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from shared import heartbeats
from shared.database import new_session
from shared.models import Heartbeat


def is_beating(kind: str) -> bool:
    """Whether a process of this kind on this host beat lately; those in other containers do not count."""
    here = Heartbeat.process.startswith(f"{kind}@{socket.gethostname()}:", autoescape=True)
    try:
        with new_session() as session:
            return heartbeats.is_alive(session.scalar(select(func.max(Heartbeat.seen_at)).where(here)))
    except SQLAlchemyError:
        return False


def main() -> None:
    kind = sys.argv[1]
    sys.exit(0 if is_beating(kind) else f"No {kind} of this host has beaten in the last {heartbeats.ALIVE_FOR}.")


if __name__ == "__main__":
    main()
