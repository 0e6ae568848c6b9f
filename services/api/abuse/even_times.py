"""Answers that take the same time whatever was found, so that no clock tells whether an address was known.

An address that is registered already costs less work than a new one. Alone, or among few, an answer waits for the next
tick after its request came, which hides the difference; in a crowd the company does, and nobody has to wait. Nobody can
measure twice either: whoever asks about an address registers it.
"""

import asyncio
import math
from typing import TypeVar

# Seconds: longer than one transaction takes when little happens, shorter than a person notices.
_TICK = 0.05
# With so many under way at once, the work for one of them cannot be seen.
_COMPANY = 16

Result = TypeVar("Result")


def answer(waiting: asyncio.Future[Result], result: Result, *, came_at: float, company: int) -> None:
    """Give the result to who waits, at the right moment; does not wait itself."""
    loop = asyncio.get_running_loop()
    if company >= _COMPANY:
        _give(waiting, result)
    else:
        ticks = math.ceil((loop.time() - came_at) / _TICK)
        loop.call_at(came_at + ticks * _TICK, _give, waiting, result)


def _give(waiting: asyncio.Future[Result], result: Result) -> None:
    if not waiting.done():
        waiting.set_result(result)
