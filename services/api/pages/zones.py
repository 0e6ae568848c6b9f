"""Time zones as people name them: the list to choose from, and what a typed name means."""

from functools import cache
from importlib.resources import files

from markupsafe import Markup

from shared.timezones import place_name, zone_names

_LONGEST_NAME = 64


@cache
def zone_choices() -> tuple[str, ...]:
    """One zone for each place of the zone table; the hundreds of older spellings are understood but not offered."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    listed = {line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")}
    return ("UTC", *sorted(listed & zone_names()))


@cache
def zone_options() -> Markup:
    """The choices as HTML, made once: they are the same on every page."""
    return Markup("").join(Markup("<option value='{}'>").format(name) for name in zone_choices())


@cache
def _spellings() -> dict[str, str]:
    """Lower-case names to zones; a city that names one zone only may stand alone."""
    cities: dict[str, set[str]] = {}
    for name in zone_choices():
        cities.setdefault(place_name(name).lower(), set()).add(name)
    alone = {city: zones.pop() for city, zones in cities.items() if len(zones) == 1}
    return alone | {name.lower(): name for name in zone_names()}


def find_zone(typed: str | None) -> str | None:
    """The zone meant by `Europe/Madrid`, `europe/madrid`, `New York` or `new_york`; None where nobody can tell."""
    plain = " ".join((typed or "")[:_LONGEST_NAME].lower().split())
    return (
        _spellings().get(plain)
        or _spellings().get(plain.replace(" ", "_"))
        or _spellings().get(plain.replace("_", " "))
    )
