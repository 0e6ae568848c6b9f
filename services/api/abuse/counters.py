"""Counts that all processes share, kept in Redis; where Redis does not answer, nothing is counted and nobody waits.

A crowd must not pay a round trip each: all who count while the last question is in flight are counted in the next.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
from redis.asyncio import Redis

log = structlog.get_logger()

# Seconds. Redis on the next machine answers in a thousandth of the first; and after a failure it gets a rest.
_PATIENCE = 0.25
_REST = 5.0
# Counters in one question; more would hold Redis up for everybody else.
_LARGEST = 2000
_ADD = """
local counts = {}
for number, key in ipairs(KEYS) do
  counts[number] = redis.call('INCRBY', key, ARGV[2 * number - 1])
  if counts[number] == tonumber(ARGV[2 * number - 1]) then redis.call('EXPIRE', key, ARGV[2 * number]) end
end
return counts
"""


class Key(NamedTuple):
    """What is counted, and for how many seconds from the first count on. The name holds nothing about anybody."""

    name: bytes
    seconds: int


@dataclass(frozen=True)
class _Waiting:
    keys: Sequence[Key]
    counts: asyncio.Future[list[int] | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Counters:
    """Belongs to one event loop. One question is in flight at a time."""

    def __init__(self, redis: Redis) -> None:
        self._add = redis.register_script(_ADD)
        self._queue: list[_Waiting] = []
        self._asking: asyncio.Task[None] | None = None
        self._rests_until = 0.0

    async def add(self, keys: Sequence[Key]) -> list[int] | None:
        """Count one more under each key. The counts, in the same order; None where Redis does not answer."""
        if asyncio.get_running_loop().time() < self._rests_until:
            return None
        waiting = _Waiting(keys)
        self._queue.append(waiting)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await waiting.counts

    async def _ask(self) -> None:
        try:
            while self._queue:
                batch = self._take()
                counted = await self._count(batch)
                for waiting, counts in zip(batch, counted, strict=True):
                    if not waiting.counts.done():
                        waiting.counts.set_result(counts)
        finally:
            self._asking = None

    def _take(self) -> list[_Waiting]:
        taken, size = 0, 0
        while taken < len(self._queue) and size < _LARGEST:
            size += len(self._queue[taken].keys)
            taken += 1
        batch, self._queue = self._queue[:taken], self._queue[taken:]
        return batch

    async def _count(self, batch: Sequence[_Waiting]) -> Sequence[list[int] | None]:
        """Everyone's own counts, as if they had asked one after the other."""
        wanted = Counter(key for waiting in batch for key in waiting.keys)
        try:
            async with asyncio.timeout(_PATIENCE):
                arguments = [part for key, times in wanted.items() for part in (times, key.seconds)]
                totals = await self._add(keys=[key.name for key in wanted], args=arguments)
        except Exception as problem:  # Whatever it is, it is no reason to keep people out.
            log.warning("counters.away", error=type(problem).__name__)
            self._rests_until = asyncio.get_running_loop().time() + _REST
            return [None] * len(batch)
        reached = {key: total - times for (key, times), total in zip(wanted.items(), totals, strict=True)}
        return [[_next(reached, key) for key in waiting.keys] for waiting in batch]


def _next(reached: dict[Key, int], key: Key) -> int:
    reached[key] += 1
    return reached[key]
