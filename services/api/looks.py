"""Looks at the database that many ask for at once: whoever comes while one is under way shares the next.

As with the crowd of those who register, and for the same reason. Nobody is given what was read before they asked.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Found = TypeVar("Found")

# Turns of the event loop before a look begins, so that requests which were received already share it.
_TURNS = 3


class Looks:
    """Belongs to one event loop. At most one look for each key is under way, and one waits."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, asyncio.Task[Any]] = {}
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    async def share(self, key: Hashable, look: Callable[[], Found]) -> Found:
        """What `look` finds, run in a thread once for all who ask for this key. Raises what it raises."""
        task: asyncio.Task[Found] | None = self._waiting.get(key)
        if task is None:
            task = self._waiting[key] = asyncio.create_task(self._look(key, look))
            # Where everybody went away, nobody is left to hear that it failed.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        # Whoever goes away must not take the look from the others.
        return await asyncio.shield(task)

    async def _look(self, key: Hashable, look: Callable[[], Found]) -> Found:
        if key in self._under_way:
            await asyncio.wait([self._under_way[key]])
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        self._under_way[key] = self._waiting.pop(key)
        try:
            return await asyncio.to_thread(look)
        finally:
            del self._under_way[key]
