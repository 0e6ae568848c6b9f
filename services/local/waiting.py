"""Waiting for a server that was just started."""

import time
from collections.abc import Callable
from datetime import timedelta


def wait_until(
    condition: Callable[[], bool], *, within: timedelta, pause: timedelta = timedelta(milliseconds=50)
) -> bool:
    """True as soon as the condition holds, false when it did not in that time."""
    deadline = time.monotonic() + within.total_seconds()
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause.total_seconds())
    return True
