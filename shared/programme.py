"""From minutes to clock times: when each item of a programme begins and ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Item(Protocol):
    @property
    def minutes(self) -> int | None: ...
    @property
    def day(self) -> int: ...
    @property
    def starts_at_clock(self) -> time | None: ...


@dataclass(frozen=True)
class Slot:
    """Aware UTC instants. `ends_at` is None where nobody said how long the item takes."""

    starts_at: datetime
    ends_at: datetime | None


def slots(items: Sequence[Item], *, starts_at: datetime, time_zone: str) -> list[Slot | None]:
    """One slot per item, in order; None where the start cannot be known.

    An item starts at the time fixed for it, else when the one before it ends. Minutes are real minutes: an item that
    crosses a clock change is not shortened by it.
    """
    zone = ZoneInfo(time_zone)
    first_day = starts_at.astimezone(zone).date()
    found: list[Slot | None] = []
    day = 1
    known: datetime | None = starts_at
    for item in items:
        if item.day != day:
            day, known = item.day, None
        known = _fixed(item, first_day, zone) or known
        slot = _slot(item, known)
        known = slot.ends_at if slot else None
        found.append(slot)
    return found


def _fixed(item: Item, first_day: date, zone: ZoneInfo) -> datetime | None:
    if item.starts_at_clock is None:
        return None
    local = datetime.combine(first_day + timedelta(days=item.day - 1), item.starts_at_clock, tzinfo=zone)
    return local.astimezone(UTC)


def _slot(item: Item, starts_at: datetime | None) -> Slot | None:
    if starts_at is None:
        return None
    return Slot(starts_at, starts_at + timedelta(minutes=item.minutes) if item.minutes is not None else None)
