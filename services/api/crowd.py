"""The crowd path: registrations that arrive while a commit is in flight share the next transaction.

A batch of one when it is quiet, hundreds when a newsletter went out; each caller is answered after the commit.
"""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from uuid import UUID

import structlog

from services.api.abuse import even_times
from shared.admission import Application, Outcome, register_many
from shared.database import new_session
from shared.errors import PlenaryError

log = structlog.get_logger()

# More would hold the event's lock for longer than a person notices.
LARGEST_BATCH = 250
# Turns of the event loop before a batch leaves: requests that stand in its sockets already are read and come along,
# instead of waiting for whoever was read first. Measured: batches twice as large; alone, it takes microseconds.
_TURNS = 6


@dataclass(frozen=True)
class _Waiting:
    application: Application
    outcome: asyncio.Future[Outcome]
    came_at: float


class Crowd:
    """Belongs to one event loop. At most one transaction per event is in flight from here."""

    def __init__(self) -> None:
        self._queues: defaultdict[UUID, deque[_Waiting]] = defaultdict(deque)
        self._serving: dict[UUID, asyncio.Task[None]] = {}
        self._under_way = 0

    async def register(self, event_id: UUID, application: Application) -> Outcome:
        """The outcome, once it is committed. Raises what `register_many` raises."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(application, loop.create_future(), loop.time())
        self._queues[event_id].append(waiting)
        if event_id not in self._serving:
            self._serving[event_id] = asyncio.create_task(self._serve(event_id))
        self._under_way += 1
        try:
            return await waiting.outcome
        finally:
            self._under_way -= 1

    async def _serve(self, event_id: UUID) -> None:
        queue = self._queues[event_id]
        try:
            while queue:
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                batch = [queue.popleft() for _ in range(min(len(queue), LARGEST_BATCH))]
                await self._serve_batch(event_id, batch)
        finally:
            del self._serving[event_id], self._queues[event_id]

    async def _serve_batch(self, event_id: UUID, batch: list[_Waiting]) -> None:
        applications = [waiting.application for waiting in batch]
        try:
            outcomes = await asyncio.to_thread(_commit, event_id, applications)
        except Exception as problem:
            await self._refuse(event_id, batch, problem)
            return
        for waiting, outcome in zip(batch, outcomes, strict=True):
            even_times.answer(waiting.outcome, outcome, came_at=waiting.came_at, company=self._under_way)

    async def _refuse(self, event_id: UUID, batch: list[_Waiting], problem: Exception) -> None:
        """A rule refuses everyone alike; anything else may be one application's fault, so each is tried alone."""
        if len(batch) > 1 and not isinstance(problem, PlenaryError):
            log.warning("crowd.batch_split", size=len(batch), error=type(problem).__name__)
            for waiting in batch:
                await self._serve_batch(event_id, [waiting])
            return
        for waiting in batch:
            if not waiting.outcome.done():
                waiting.outcome.set_exception(problem)


def _commit(event_id: UUID, applications: list[Application]) -> list[Outcome]:
    with new_session() as session:
        outcomes = register_many(session, event_id, applications)
        session.commit()
        return outcomes
