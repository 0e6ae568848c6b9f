"""Time zones: which names are accepted, how wall clock becomes an instant, and what an abbreviation may mean."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from shared.errors import TimeAmbiguous, TimeInGap, UnknownTimeZone
from shared.schemas.remarks import Reading

_NOT_PLACES = ("Etc/", "posix/", "right/", "SystemV/")


@dataclass(frozen=True)
class _Candidate:
    """A wall-clock time in a zone; `fixed` is the offset (minutes east) when it came from reading one literally."""

    key: str
    local: datetime
    zone: str
    fixed: int | None = None


@dataclass(frozen=True)
class Meaning:
    """What an abbreviation means literally (minutes east of UTC), and the zones that use it, the usual one first."""

    offset: int
    zones: tuple[str, ...]


def _meanings(*meanings: tuple[float, str]) -> tuple[Meaning, ...]:
    return tuple(Meaning(round(hours * 60), tuple(zones.split())) for hours, zones in meanings)


_CENTRAL_EUROPE = "Europe/Brussels Europe/Paris Europe/Berlin Europe/Madrid Europe/Rome Europe/Zurich"
_EASTERN_EUROPE = "Europe/Athens Europe/Helsinki Europe/Bucharest Europe/Kyiv"
_EASTERN = "America/New_York America/Toronto"
_CENTRAL = "America/Chicago America/Winnipeg America/Mexico_City"
_MOUNTAIN = "America/Denver America/Edmonton"
_PACIFIC = "America/Los_Angeles America/Vancouver"

# Where an abbreviation has several meanings, the one most announcements intend stands first.
ABBREVIATIONS: dict[str, tuple[Meaning, ...]] = {
    "UTC": _meanings((0, "UTC")),
    "GMT": _meanings((0, "UTC Europe/London")),
    "WET": _meanings((0, "Europe/Lisbon Atlantic/Canary")),
    "WEST": _meanings((1, "Europe/Lisbon Atlantic/Canary")),
    "BST": _meanings((1, "Europe/London"), (6, "Asia/Dhaka")),
    "IST": _meanings((5.5, "Asia/Kolkata"), (1, "Europe/Dublin"), (2, "Asia/Jerusalem")),
    "CET": _meanings((1, _CENTRAL_EUROPE)),
    "CEST": _meanings((2, _CENTRAL_EUROPE)),
    "MEZ": _meanings((1, "Europe/Berlin Europe/Vienna Europe/Zurich")),
    "MESZ": _meanings((2, "Europe/Berlin Europe/Vienna Europe/Zurich")),
    "EET": _meanings((2, _EASTERN_EUROPE)),
    "EEST": _meanings((3, _EASTERN_EUROPE)),
    "IDT": _meanings((3, "Asia/Jerusalem")),
    "MSK": _meanings((3, "Europe/Moscow")),
    "TRT": _meanings((3, "Europe/Istanbul")),
    "WAT": _meanings((1, "Africa/Lagos Africa/Algiers Africa/Kinshasa")),
    "CAT": _meanings((2, "Africa/Maputo Africa/Harare Africa/Kigali Africa/Lusaka")),
    "SAST": _meanings((2, "Africa/Johannesburg")),
    "EAT": _meanings((3, "Africa/Nairobi Africa/Addis_Ababa Africa/Kampala")),
    "GST": _meanings((4, "Asia/Dubai")),
    "IRST": _meanings((3.5, "Asia/Tehran")),
    "PKT": _meanings((5, "Asia/Karachi")),
    "NPT": _meanings((5.75, "Asia/Kathmandu")),
    "ICT": _meanings((7, "Asia/Bangkok Asia/Ho_Chi_Minh")),
    "WIB": _meanings((7, "Asia/Jakarta")),
    "SGT": _meanings((8, "Asia/Singapore")),
    "HKT": _meanings((8, "Asia/Hong_Kong")),
    "PHT": _meanings((8, "Asia/Manila")),
    "AWST": _meanings((8, "Australia/Perth")),
    "JST": _meanings((9, "Asia/Tokyo")),
    "KST": _meanings((9, "Asia/Seoul")),
    "ACST": _meanings((9.5, "Australia/Adelaide Australia/Darwin")),
    "ACDT": _meanings((10.5, "Australia/Adelaide")),
    "AEST": _meanings((10, "Australia/Sydney Australia/Melbourne Australia/Brisbane")),
    "AEDT": _meanings((11, "Australia/Sydney Australia/Melbourne")),
    "NZST": _meanings((12, "Pacific/Auckland")),
    "NZDT": _meanings((13, "Pacific/Auckland")),
    "BRT": _meanings((-3, "America/Sao_Paulo")),
    "ART": _meanings((-3, "America/Argentina/Buenos_Aires")),
    "UYT": _meanings((-3, "America/Montevideo")),
    "CLST": _meanings((-3, "America/Santiago")),
    "CLT": _meanings((-4, "America/Santiago")),
    "BOT": _meanings((-4, "America/La_Paz")),
    "VET": _meanings((-4, "America/Caracas")),
    "COT": _meanings((-5, "America/Bogota")),
    "PET": _meanings((-5, "America/Lima")),
    "ECT": _meanings((-5, "America/Guayaquil")),
    "NST": _meanings((-3.5, "America/St_Johns")),
    "AST": _meanings((-4, "America/Halifax America/Puerto_Rico"), (3, "Asia/Riyadh")),
    "ADT": _meanings((-3, "America/Halifax")),
    "EST": _meanings((-5, f"{_EASTERN} America/Panama America/Jamaica")),
    "EDT": _meanings((-4, _EASTERN)),
    "CST": _meanings((-6, _CENTRAL), (8, "Asia/Shanghai Asia/Taipei"), (-5, "America/Havana")),
    "CDT": _meanings((-5, "America/Chicago America/Winnipeg"), (-4, "America/Havana")),
    "MST": _meanings((-7, f"{_MOUNTAIN} America/Phoenix")),
    "MDT": _meanings((-6, _MOUNTAIN)),
    "PST": _meanings((-8, _PACIFIC)),
    "PDT": _meanings((-7, _PACIFIC)),
    "AKST": _meanings((-9, "America/Anchorage")),
    "AKDT": _meanings((-8, "America/Anchorage")),
    "HST": _meanings((-10, "Pacific/Honolulu")),
}

# Names that mean "whatever the clocks there show", so no season contradicts them.
GENERIC: dict[str, tuple[str, ...]] = {
    "ET": ("EST", "EDT"),
    "CT": ("CST", "CDT"),
    "MT": ("MST", "MDT"),
    "PT": ("PST", "PDT"),
    "CET/CEST": ("CET", "CEST"),
    "WET/WEST": ("WET", "WEST"),
    "EET/EEST": ("EET", "EEST"),
    "AET": ("AEST", "AEDT"),
}

# For "UTC+2" and the like: places whose clocks show that offset on some day, the likeliest first.
_OFFSET_PLACES = (
    "Europe/Brussels Europe/London Africa/Lagos Africa/Johannesburg Europe/Athens Africa/Nairobi Asia/Dubai "
    "Asia/Karachi Asia/Kolkata Asia/Dhaka Asia/Bangkok Asia/Singapore Asia/Tokyo Australia/Sydney Pacific/Auckland "
    "America/Sao_Paulo America/Bogota America/Mexico_City America/La_Paz America/New_York America/Chicago "
    "America/Denver America/Los_Angeles America/Anchorage Pacific/Honolulu"
).split()


@cache
def zone_names() -> frozenset[str]:
    """Every name that may be stored: an Area/City, or UTC. Never an abbreviation."""
    places = {name for name in available_timezones() if "/" in name and not name.startswith(_NOT_PLACES)}
    return frozenset(places | {"UTC"})


def is_zone(name: str) -> bool:
    return name in zone_names()


def require_zone(name: str) -> str:
    if not is_zone(name):
        raise UnknownTimeZone(
            f"{name[:60]!r} is not the name of a time zone. Use an Area/City name such as Europe/Madrid, or UTC."
        )
    return name


def in_zone(local: datetime, zone: str, *, fold: int = 0) -> datetime:
    """The aware moment when clocks in the zone show this time; in a gap, the moment the change had not happened."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=fold)


def is_in_gap(local: datetime, zone: str) -> bool:
    """Whether clocks in the zone skip this wall-clock time."""
    aware = in_zone(local, zone)
    return _utc(aware).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local and not is_ambiguous(local, zone)


def is_ambiguous(local: datetime, zone: str) -> bool:
    """Whether clocks in the zone show this wall-clock time twice."""
    first, second = (in_zone(local, zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def to_utc(local: datetime, zone: str, *, fold: int | None = None) -> datetime:
    """The UTC instant of a wall-clock time.

    Raises TimeInGap for a time the clocks skip, and TimeAmbiguous for one they show twice, unless `fold` says
    which of the two is meant (0 the earlier, 1 the later).
    """
    require_zone(zone)
    shown = f"{local:%H:%M} on {local.day} {local:%B %Y}"
    if is_in_gap(local, zone):
        raise TimeInGap(f"{shown} does not exist in {place_name(zone)}: the clocks go forward. Choose another time.")
    if fold is None and is_ambiguous(local, zone):
        first, second = (_utc(in_zone(local, zone, fold=which)) for which in (0, 1))
        raise TimeAmbiguous(
            f"{shown} happens twice in {place_name(zone)}: the clocks go back. "
            f"Say which is meant: {first:%H:%M} UTC or {second:%H:%M} UTC."
        )
    return _utc(in_zone(local, zone, fold=fold or 0))


def offset_text(instant: datetime, zone: str) -> str:
    """The offset in force in the zone at an aware instant: "UTC+2", "UTC-3:30", "UTC"."""
    return _offset_words(_minutes_east(instant.astimezone(ZoneInfo(zone))))


def place_name(zone: str) -> str:
    """The city a zone is named after: "Buenos Aires" for America/Argentina/Buenos_Aires."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def readings_of(local: datetime, stated: str, *, near: Sequence[str] = ()) -> tuple[Reading, ...]:
    """What a wall-clock time with a stated zone can mean, the suggested reading first; one reading is no doubt.

    `stated` is an Area/City name, "UTC+2", an abbreviation or a generic name of this module's tables; `near` are
    zones that the event is likely to be in, the best first. An unknown statement has no reading.
    """
    return _distinct(reading for candidate in _candidates(local, stated, near) for reading in _readings(candidate))


def offset_minutes(stated: str) -> int | None:
    """The minutes east of UTC of a text such as "UTC+5:30"; None if it is not of that form or out of range."""
    sign, _, rest = stated.removeprefix("UTC").partition("+") if "+" in stated else stated.partition("-")
    hours, _, minutes = rest.partition(":")
    if sign not in ("", "UTC") or not hours.isdecimal() or not (minutes or "0").isdecimal():
        return None
    total = int(hours) * 60 + int(minutes or 0)
    return (total if "+" in stated else -total) if total <= 14 * 60 else None


def belongs_to(zone: str, abbreviations: Iterable[str], *, year: int) -> bool:
    """Whether clocks in the zone are called by one of the abbreviations in some season of that year."""
    return any(_meaning_for(zone, name, year) is not None for name in abbreviations)


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # The first and the last day of the calendar.
        return moment.replace(tzinfo=UTC)


def _minutes_east(moment: datetime) -> int:
    offset = moment.utcoffset()
    return round(offset.total_seconds() / 60) if offset is not None else 0


def _offset_words(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    clock = f"{hours}:{rest:02}" if rest else f"{hours}"
    return f"UTC{'+' if minutes > 0 else '-'}{clock}" if minutes else "UTC"


def _meaning_for(zone: str, abbreviation: str, year: int) -> Meaning | None:
    seasons = [datetime(year, month, 2, 12, tzinfo=ZoneInfo(zone)) for month in (1, 7)]
    for meaning in ABBREVIATIONS[abbreviation]:
        named_so = any(s.tzname() == abbreviation and _minutes_east(s) == meaning.offset for s in seasons)
        if zone in meaning.zones or named_so:
            return meaning
    return None


def _generic_zone(stated: str, near: Sequence[str]) -> str:
    names = GENERIC[stated]
    known = (zone for zone in near if any(belongs_to(zone, [name], year=2024) for name in names))
    return next(known, ABBREVIATIONS[names[0]][0].zones[0])


def _candidates(local: datetime, stated: str, near: Sequence[str]) -> Iterator[_Candidate]:
    if stated in ABBREVIATIONS:
        yield from _abbreviation_candidates(local, stated, near)
    elif is_zone(stated):
        yield _Candidate("local", local, stated)
    elif stated in GENERIC:
        yield _Candidate("local", local, _generic_zone(stated, near))
    elif (offset := offset_minutes(stated)) is not None:
        yield _offset_candidate(local, offset, near)


def _abbreviation_candidates(local: datetime, stated: str, near: Sequence[str]) -> Iterator[_Candidate]:
    for zone in near:
        if (meaning := _meaning_for(zone, stated, local.year)) is not None:
            yield from _local_and_literal(local, meaning, zone)
            return
    usual, *others = ABBREVIATIONS[stated]
    yield from _local_and_literal(local, usual, usual.zones[0])
    for meaning in others:
        zone = meaning.zones[0]
        if _minutes_east(in_zone(local, zone)) == meaning.offset:
            yield _Candidate(zone.lower().replace("/", "-").replace("_", "-"), local, zone)


def _local_and_literal(local: datetime, meaning: Meaning, zone: str) -> Iterator[_Candidate]:
    """The wall clock of the place; and, when its clocks are called otherwise that day, the fixed offset."""
    yield _Candidate("local", local, zone)
    if _minutes_east(in_zone(local, zone)) != meaning.offset:
        yield _Candidate("literal", _shifted(local, -meaning.offset, zone), zone, meaning.offset)


def _offset_candidate(local: datetime, offset: int, near: Sequence[str]) -> _Candidate:
    for zone in ("UTC", *near, *_OFFSET_PLACES):
        if _minutes_east(in_zone(local, zone)) == offset:
            return _Candidate("local", local, zone)
    return _Candidate("local", _shifted(local, -offset, "UTC"), "UTC")


def _shifted(local: datetime, minutes: int, zone: str) -> datetime:
    """Wall clock of the zone at the instant that is `minutes` after this time read as UTC."""
    try:
        instant = local.replace(tzinfo=UTC) + timedelta(minutes=minutes)
        return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except OverflowError:
        return local


def _readings(candidate: _Candidate) -> Iterator[Reading]:
    local, zone = candidate.local, candidate.zone
    if is_ambiguous(local, zone):
        yield _reading(replace(candidate, key="first"), _utc(in_zone(local, zone, fold=0)))
        yield _reading(replace(candidate, key="second"), _utc(in_zone(local, zone, fold=1)))
        return
    instant = _utc(in_zone(local, zone))
    if is_in_gap(local, zone):
        candidate = replace(candidate, key="after-gap", local=instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    yield _reading(candidate, instant)


def _reading(candidate: _Candidate, instant: datetime) -> Reading:
    local, zone = candidate.local, candidate.zone
    other_day = "" if instant.date() == local.date() else f" on {instant.day} {instant:%B}"
    label = f"{local:%H:%M} in {place_name(zone)} ({instant:%H:%M} UTC{other_day})" if zone != "UTC" else ""
    label = label or f"{local:%H:%M} UTC"
    if candidate.fixed is not None:
        label = f"fixed {_offset_words(candidate.fixed)}: {label}"
    return Reading(key=candidate.key, label=label, starts_at_local=local, time_zone=zone, starts_at=instant)


def _distinct(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """One reading per instant, the first one suggested."""
    by_instant: dict[datetime, Reading] = {}
    for reading in readings:
        by_instant.setdefault(reading.starts_at, reading)
    return tuple(
        reading.model_copy(update={"suggested": index == 0}) for index, reading in enumerate(by_instant.values())
    )
