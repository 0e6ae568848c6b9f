"""Tries that were refused, counted in memory and stored once a second: an attack must not write to the database."""

import asyncio
from collections import Counter, defaultdict
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared import suspicion
from shared.database import new_session

log = structlog.get_logger()

# Seconds.
_PAUSE = 1.0


class Reason(StrEnum):
    HIDDEN_FIELD = "hidden-field"
    TOO_FAST = "too-fast"
    TOO_MANY = "too-many"


class Refusals:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._noted: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
        self._storing: asyncio.Task[None] | None = None

    def note(self, event_id: UUID, reason: Reason) -> None:
        self._noted[event_id][reason] += 1
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_soon())

    async def close(self) -> None:
        if self._storing is not None:
            self._storing.cancel()
            await asyncio.to_thread(_store, self._take())

    async def _store_soon(self) -> None:
        await asyncio.sleep(_PAUSE)
        self._storing = None  # What is noted from here on is stored next time.
        await asyncio.to_thread(_store, self._take())

    def _take(self) -> dict[UUID, Counter[str]]:
        taken, self._noted = self._noted, defaultdict(Counter)
        return taken


def _store(noted: dict[UUID, Counter[str]]) -> None:
    """One transaction for each event. Numbers for a warning: where they cannot be stored, they are let go."""
    for event_id, reasons in noted.items():
        try:
            with new_session() as session:
                suspicion.note_refusals(session, event_id, reasons)
                session.commit()
        except SQLAlchemyError as problem:
            log.warning("refusals.not_stored", error=type(problem).__name__)
