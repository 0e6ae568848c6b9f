"""The clock changes of a time zone, written as the yearly rules that a VTIMEZONE is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

# Within twelve years every date has fallen on every weekday, so a rule that fits by coincidence is found out.
YEARS_COMPARED = 12
_YEARS_SUPPORTED = range(1970, 2200)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Change:
    """One turn of the clocks, at an instant in UTC."""

    at: datetime
    offset_from: timedelta
    offset_to: timedelta
    name: str

    @property
    def onset(self) -> datetime:
        """The naive local time that the clocks showed when they were turned (RFC 5545 3.6.5)."""
        return (self.at + self.offset_from).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class YearlyRule:
    """The day of a change in every year: a weekday of a month, counted from its start, or -1 for the last."""

    month: int
    week: int
    weekday: int

    def day_in(self, year: int) -> datetime:
        if self.week > 0:
            start = datetime(year, self.month, 1)
            return start + timedelta(days=(self.weekday - start.weekday()) % 7 + 7 * (self.week - 1))
        end = datetime(year + self.month // 12, self.month % 12 + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - self.weekday) % 7)

    def __str__(self) -> str:
        return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={self.week}{_WEEKDAYS[self.weekday]}"


@dataclass(frozen=True, slots=True)
class Observance:
    """A STANDARD or DAYLIGHT part: from its onset (naive, in `offset_from`), and again every year if it has a rule."""

    kind: Literal["STANDARD", "DAYLIGHT"]
    onset: datetime
    offset_from: timedelta
    offset_to: timedelta
    name: str
    rule: YearlyRule | None


@dataclass(frozen=True, slots=True)
class ZoneRules:
    """What a VTIMEZONE can say truthfully about a zone: its observances, and the years they were compared for."""

    observances: tuple[Observance, ...]
    years: range


NO_RULES = ZoneRules((), range(0))


@lru_cache(maxsize=2048)
def zone_rules(zone: str, year: int) -> ZoneRules:
    """The yearly rules of a zone from a year on; none when its changes, now or in the years compared, follow none."""
    if zone == "UTC" or year not in _YEARS_SUPPORTED:
        return NO_RULES
    observances = _observances(zone, year)
    years = range(year, year + YEARS_COMPARED)
    holds = all(_predicted(observances, later) == _turns(_changes(zone, later)) for later in years)
    return ZoneRules(observances, years) if holds else NO_RULES


def needs_utc(zone: str, year: int) -> bool:
    """Whether times of this year must be written in UTC, because no yearly rule of the zone tells them."""
    return year not in zone_rules(zone, year).years


def _observances(zone: str, year: int) -> tuple[Observance, ...]:
    changes = _changes(zone, year)
    if not changes:
        return (_unchanging(zone, year),)
    return tuple(_yearly(change, _best_rule(zone, change)) for change in changes)


def _unchanging(zone: str, year: int) -> Observance:
    moment = datetime(year, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(zone))
    offset = moment.utcoffset() or timedelta(0)
    return Observance("STANDARD", datetime(1970, 1, 1), offset, offset, moment.tzname() or zone, None)


def _yearly(change: Change, rule: YearlyRule) -> Observance:
    # The onset lies a year back, so that January already follows a change.
    onset = datetime.combine(rule.day_in(change.onset.year - 1), change.onset.time())
    kind: Literal["STANDARD", "DAYLIGHT"] = "DAYLIGHT" if change.offset_to > change.offset_from else "STANDARD"
    return Observance(kind, onset, change.offset_from, change.offset_to, change.name, rule)


def _best_rule(zone: str, change: Change) -> YearlyRule:
    """Tell the last Sunday of a month from its fourth by what happens in the years that follow."""
    day = change.onset
    candidates = [YearlyRule(day.month, week, day.weekday()) for week in ((day.day - 1) // 7 + 1, -1)]
    candidates = [rule for rule in candidates if rule.day_in(day.year).date() == day.date()]
    later = [{c.onset.date() for c in _changes(zone, year)} for year in range(day.year, day.year + YEARS_COMPARED)]

    def years_right(rule: YearlyRule) -> int:
        return sum(rule.day_in(day.year + ahead).date() in days for ahead, days in enumerate(later))

    return max(candidates, key=years_right)


def _predicted(observances: tuple[Observance, ...], year: int) -> set[tuple[datetime, timedelta, timedelta]]:
    return {
        (datetime.combine(part.rule.day_in(year), part.onset.time()), part.offset_from, part.offset_to)
        for part in observances
        if part.rule
    }


def _turns(changes: tuple[Change, ...]) -> set[tuple[datetime, timedelta, timedelta]]:
    return {(change.onset, change.offset_from, change.offset_to) for change in changes}


@lru_cache(maxsize=8192)
def _changes(zone: str, year: int) -> tuple[Change, ...]:
    """Every turn of the clocks in a year. Looks at every day: Ramadan in Morocco is an interval of weeks."""
    return tuple(_search(ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)))


def _search(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Change]:
    days = [start + timedelta(days=day) for day in range((end - start).days + 1)]
    for before, after in pairwise(days):
        if _offset(zone, before) != _offset(zone, after):
            at = _bisect(zone, before, after)
            name = at.astimezone(zone).tzname() or str(zone)
            yield Change(at, _offset(zone, before), _offset(zone, after), name)


def _bisect(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of the new offset."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)
