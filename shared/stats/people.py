"""Who has a place: how many, of which audiences and countries, led here by what, at which hour of their own day."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shared import answers, clock, tallies
from shared.models import Event, Registration, RegistrationStatus
from shared.schemas.stats import AudienceCount, CountryCount, FeedEntry, LocalHour, SourceCount, Totals
from shared.stats.counted import Tallies, active
from shared.territories import country_name

FEED_LENGTH = 20
MOST_SOURCES = 40
# Together: those beyond the most, and those whose names were erased because few shared them.
OTHER_SOURCES = "others"

_SHOWN_OF_THEM = (
    Registration.name,
    Registration.city,
    Registration.country,
    Registration.audience,
    Registration.organisation,
    Registration.status,
    Registration.registered_at,
)
_LATEST = (
    select(*_SHOWN_OF_THEM)
    .where(Registration.event_id == bindparam("event_id"), Registration.status != RegistrationStatus.CANCELLED)
    .order_by(Registration.position.desc())
    .limit(FEED_LENGTH)
)


def totals(event: Event, counted: Tallies, *, cities: int) -> Totals:
    places = event.places
    taken = places.taken
    day_before, last_day = _by_day(counted[tallies.REGISTERED])
    return Totals(
        active=taken,
        confirmed=places.confirmed,
        pending=places.pending,
        offered=places.offered,
        waitlisted=places.waitlisted,
        cancelled=places.cancelled,
        places=places.places,
        left=answers.places_left(event),
        fill=min(1.0, taken / places.places) if places.places else None,
        over=max(0, taken - places.places) if places.places is not None else 0,
        last_24_hours=last_day,
        day_before=day_before,
        countries=_named(counted["country"]),
        cities=cities,
    )


def _named(values: dict[str, dict[str, int]]) -> int:
    return sum(1 for value, by_status in values.items() if value != tallies.NONE and active(by_status))


def _by_day(registered: dict[str, dict[str, int]]) -> tuple[int, int]:
    """Registrations of the 24 hours before the last 24, and of the last 24; by whole hours."""
    now = clock.now()
    day_before = last_day = 0
    for hour, by_status in registered.items():
        age = now - tallies.instant(hour)
        last_day += sum(by_status.values()) if age < timedelta(hours=24) else 0
        day_before += sum(by_status.values()) if timedelta(hours=24) <= age < timedelta(hours=48) else 0
    return day_before, last_day


def audiences(event: Event, counted: dict[str, dict[str, int]]) -> list[AudienceCount]:
    """Those of the event first, with zeros; then what registrants chose before the list was changed."""
    total = sum(active(by_status) for by_status in counted.values()) or 1
    others = sorted(set(counted) - set(event.audiences) - {tallies.NONE})
    names = [*event.audiences, *others] + ([tallies.NONE] if active(counted.get(tallies.NONE, {})) else [])
    return [_audience(name, counted.get(name, {}), total) for name in names]


def _audience(name: str, by_status: dict[str, int], total: int) -> AudienceCount:
    return AudienceCount(
        audience=name or None,
        confirmed=by_status.get(RegistrationStatus.CONFIRMED, 0),
        offered=by_status.get(RegistrationStatus.OFFERED, 0),
        pending=by_status.get(RegistrationStatus.PENDING, 0),
        waitlisted=by_status.get(RegistrationStatus.WAITLISTED, 0),
        share=active(by_status) / total,
    )


def countries(counted: dict[str, dict[str, int]]) -> list[CountryCount]:
    rows = [
        CountryCount(country=code or None, name=country_name(code, language="en") or "Not given", count=count)
        for code, by_status in counted.items()
        if (count := active(by_status))
    ]
    return sorted(rows, key=lambda row: (-row.count, row.name))


def sources(counted: Tallies) -> list[SourceCount]:
    """The largest first, and the rest together. Who cancelled is in none of the numbers but `joined`."""
    joined, named = counted[tallies.JOINED_FROM], counted[tallies.SOURCE]
    rows = [_source(value, named.get(value, {}), joined.get(value, {})) for value in named.keys() | joined.keys()]
    rows.sort(key=lambda row: (-row.registered, -row.joined, row.source or ""))
    shown = [row for row in rows if _has_name(row)]
    rest = [row for row in rows if not _has_name(row)] + shown[MOST_SOURCES:]
    return [row for row in shown[:MOST_SOURCES] if row.registered or row.joined] + _together(rest)


def _source(value: str, by_status: dict[str, int], joined: dict[str, int]) -> SourceCount:
    return SourceCount(
        source=value or None,
        registered=sum(by_status.values()) - by_status.get(RegistrationStatus.CANCELLED, 0),
        confirmed=by_status.get(RegistrationStatus.CONFIRMED, 0),
        joined=sum(joined.values()),
    )


def _has_name(row: SourceCount) -> bool:
    return row.source is None or tallies.names_something(tallies.SOURCE, row.source)


def _together(rows: list[SourceCount]) -> list[SourceCount]:
    counts = {name: sum(getattr(row, name) for row in rows) for name in ("registered", "confirmed", "joined")}
    return [SourceCount(source=OTHER_SOURCES, **counts)] if any(counts.values()) else []


def local_hours(event: Event, zones: dict[str, dict[str, int]]) -> list[LocalHour]:
    """All 24 hours, once the event has a start. Those who gave no zone are counted in the event's own."""
    if event.starts_at is None or event.time_zone is None:
        return []
    hours = [0] * 24
    for zone, by_status in zones.items():
        hours[_hour_in(zone or event.time_zone, event.starts_at)] += active(by_status)
    return [LocalHour(hour=hour, count=count) for hour, count in enumerate(hours)]


@lru_cache(maxsize=4096)
def _hour_in(zone: str, instant: datetime) -> int:
    return instant.astimezone(ZoneInfo(zone)).hour


def feed(session: Session, event: Event) -> list[FeedEntry]:
    """The latest of those who have not cancelled, as they may stand on a screen that others see."""
    rows = session.execute(_LATEST, {"event_id": event.id}).mappings()
    return [FeedEntry.model_validate({**row, "first_name": row["name"].split()[0]}) for row in rows]
