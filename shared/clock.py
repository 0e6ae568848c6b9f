"""The one place that reads the wall clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_shift = timedelta(0)


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC) + _shift


@contextmanager
def travel_to(instant: datetime) -> Iterator[None]:
    """Let `now` run on from another instant inside the block. For tests and rehearsals in one process."""
    global _shift
    before = _shift
    _shift = instant - datetime.now(UTC)
    try:
        yield
    finally:
        _shift = before
