"""Clock times computed from minutes, also over midnight, days and clock changes."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from shared.programme import slots

START = datetime(2027, 7, 15, 13, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    minutes: int | None
    day: int = 1
    starts_at_clock: time | None = None


def starts(*items: Item, zone: str = "Europe/Madrid", start: datetime = START) -> list[str | None]:
    found = slots(items, starts_at=start, time_zone=zone)
    return [f"{slot.starts_at:%d %H:%M}" if slot else None for slot in found]


def test_each_item_begins_when_the_one_before_ends() -> None:
    assert starts(Item(4), Item(5), Item(10)) == ["15 13:00", "15 13:04", "15 13:09"]


def test_after_an_item_of_unknown_length_nothing_is_known_until_a_fixed_time() -> None:
    assert starts(Item(None), Item(10), Item(5, starts_at_clock=time(15, 30)), Item(5)) == [
        "15 13:00", None, "15 13:30", "15 13:35",
    ]  # fmt: skip


def test_a_second_day_begins_with_its_own_time() -> None:
    items = [Item(60), Item(30, day=2, starts_at_clock=time(9)), Item(30, day=2)]
    assert starts(*items) == ["15 13:00", "16 07:00", "16 07:30"]


def test_a_second_day_without_a_time_is_not_invented() -> None:
    assert starts(Item(60), Item(30, day=2)) == ["15 13:00", None]


def test_an_item_across_the_clock_change_keeps_its_minutes() -> None:
    night = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # 02:30 in Madrid, half an hour before the clocks go back.
    assert starts(Item(60), Item(10), start=night) == ["31 00:30", "31 01:30"]
