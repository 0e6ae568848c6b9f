"""Where those with a place come from: what they typed, put together as places on the map."""

from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from shared import clock, gazetteer, tallies
from shared.gazetteer import Place
from shared.models import HOLDING, Event, EventTally
from shared.schemas.stats import CityCount
from shared.territories import country_name

MOST_SHOWN = 60
# So many different ones are not put together anew for every single newcomer, but after a millisecond for each.
_MANY = 1_000
_LONGEST_KEPT = timedelta(seconds=10)
_MOST_KEPT = 64

_total = func.sum(EventTally.count)
_NAMED = (
    select(EventTally.value, _total)
    .where(
        EventTally.event_id == bindparam("event_id"),
        EventTally.dimension == tallies.CITY,
        EventTally.status.in_(HOLDING),
        EventTally.value != tallies.NONE,
    )
    .group_by(EventTally.value)
    .having(_total > 0)
)


class Cities(NamedTuple):
    """How many different ones were named, and the largest bubbles of the map."""

    number: int
    largest: list[CityCount]


class _Kept(NamedTuple):
    version: int
    read_at: datetime
    values: int
    cities: Cities


_kept: dict[UUID, _Kept] = {}


def cities(session: Session, event: Event) -> Cities:
    """As they are now; where they are many, as they were within the last seconds."""
    # First the version: what is read after it may be newer, and is read again then, but never older.
    version, now, known = event.places.version, clock.now(), _kept.get(event.id)
    if known is not None and _is_fresh(known, version, now):
        return known.cities
    rows = [(value, int(count)) for value, count in session.execute(_NAMED, {"event_id": event.id})]
    found = _put_together(rows)
    while len(_kept) >= _MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[event.id] = _Kept(version, now, len(rows), found)
    return found


def _is_fresh(known: _Kept, version: int, now: datetime) -> bool:
    if known.version == version:
        return True
    kept_for = min(timedelta(milliseconds=known.values), _LONGEST_KEPT) if known.values > _MANY else timedelta(0)
    return timedelta(0) <= now - known.read_at < kept_for


def _put_together(rows: list[tuple[str, int]]) -> Cities:
    on_map: Counter[Place] = Counter()
    named: set[object] = set()
    for value, count in rows:
        country, city = tallies.country_and_city(value)
        is_named = tallies.names_something(tallies.CITY, value)
        place = gazetteer.find(city if is_named else "", country)
        if place is not None:
            on_map[place] += count
        if is_named:
            named.add(place if place and not place.is_country else (country, gazetteer.folded(city) or city))
        elif city:
            named.add(value)
    largest = sorted(on_map.items(), key=lambda pair: (-pair[1], pair[0].name, pair[0].country))
    return Cities(len(named), [_bubble(place, count) for place, count in largest[:MOST_SHOWN]])


def _bubble(place: Place, count: int) -> CityCount:
    name = (place.is_country and country_name(place.country, language="en")) or place.name
    return CityCount(
        name=name,
        country=place.country,
        latitude=place.latitude,
        longitude=place.longitude,
        count=count,
        is_country=place.is_country,
    )
