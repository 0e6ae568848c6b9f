"""Where people join from: bubbles over the outline of the land, with the largest named."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from services.dashboard import markup, world
from services.dashboard.formatting import count, plural
from services.dashboard.live import specs
from services.dashboard.live.specs import Rows, base
from services.dashboard.look import Palette, palette
from services.dashboard.markup import Markup
from shared.schemas.stats import CityCount, Stats
from shared.territories import country_name

# Pixels.
_HEIGHT = 325
_MOST_LABELS = 6
# Degrees that two names must lie apart, or one of them would stand on the other: names are wide and low.
_APART_EAST, _APART_NORTH = 34, 9
# Square pixels of the largest bubble and of one person.
_LARGEST, _SMALLEST = 900, 28


def draw(stats: Stats) -> None:
    if not stats.cities:
        markup.draw(Markup('<p class="pl-empty">Shows where people are, once somebody has named a place.</p>'))
        return
    tables = {"places": rows(stats.cities)}
    specs.draw("map", _spec(palette()), tables, height=_HEIGHT, alt=takeaway(stats.cities))
    markup.draw(markup.markup('<p class="pl-note">{words}</p>', words=sentence(stats)))


def sentence(stats: Stats) -> str:
    """The map for who does not see it, with the names that no bubble has room for."""
    first = ", ".join(f"{city.name} {count(city.count)}" for city in stats.cities[:8])
    where = plural(stats.totals.countries, "country", "countries")
    return f"{plural(stats.totals.cities, 'city', 'cities')} in {where}. Most from {first}."


def takeaway(cities: Sequence[CityCount]) -> str:
    """Names are the gazetteer's, so nothing that anybody typed."""
    first = ", ".join(f"{city.name} {count(city.count)}" for city in cities[:3])
    return f"Map of {plural(len(cities), 'place')} where people join from; most from {first}"


def rows(cities: Sequence[CityCount]) -> Rows:
    """The largest first, so that smaller ones lie on top of it."""
    most = max(city.count for city in cities)
    named = {(city.name, city.country) for city in labelled(cities)}
    return [
        {
            "longitude": city.longitude,
            "latitude": city.latitude,
            "size": max(_SMALLEST, round(_LARGEST * city.count / most)),
            "place": _place(city),
            "count": city.count,
            "label": f"{city.name} {count(city.count)}" if (city.name, city.country) in named else "",
        }
        for city in cities
    ]


def labelled(cities: Sequence[CityCount]) -> list[CityCount]:
    """The largest that are far enough from those already named."""
    chosen: list[CityCount] = []
    for city in cities:
        if len(chosen) < _MOST_LABELS and not any(_are_close(city, other) for other in chosen):
            chosen.append(city)
    return chosen


def _are_close(one: CityCount, other: CityCount) -> bool:
    is_near_east = abs(one.longitude - other.longitude) < _APART_EAST
    return is_near_east and abs(one.latitude - other.latitude) < _APART_NORTH


def _place(city: CityCount) -> str:
    country = country_name(city.country, language="en") or city.country
    return f"{country}, city not known" if city.is_country else f"{city.name}, {country}"


@cache
def _spec(colours: Palette) -> dict[str, Any]:
    where = {
        "longitude": {"field": "longitude", "type": "quantitative"},
        "latitude": {"field": "latitude", "type": "quantitative"},
    }
    return {
        **base(colours),
        "projection": {"type": "equalEarth"},
        "layer": [*_land(colours), *_bubbles(colours, where)],
    }


def _land(colours: Palette) -> Iterable[dict[str, Any]]:
    # Data by its address: browsers fetch it once from us, and it is in no refresh.
    yield {
        "data": {"url": world.url(), "format": {"type": "json"}},
        "mark": {"type": "geoshape", "fill": colours.land, "stroke": colours.land, "strokeWidth": 0.4},
    }


def _bubbles(colours: Palette, where: dict[str, Any]) -> Iterable[dict[str, Any]]:
    size = {"field": "area", "type": "quantitative", "scale": None, "legend": None}
    hover = [
        {"field": "place", "title": "Place"},
        {"field": "count", "title": "Registered", "format": ",d"},
    ]
    yield {
        "data": {"name": "places"},
        "transform": [{"calculate": "datum.size * (width < 420 ? 0.3 : 1)", "as": "area"}],
        "mark": {"type": "circle", "color": colours.main, "opacity": 0.78, "stroke": colours.card, "strokeWidth": 1},
        "encoding": {**where, "size": size, "tooltip": hover},
    }
    text = {"type": "text", "dy": -16, "fontSize": 12, "fontWeight": 650, "color": colours.text}
    halo = {"stroke": colours.card, "strokeWidth": 3, "strokeOpacity": 0.85, "strokeJoin": "round"}
    # The name once as a halo and once as itself: it stays readable over land, sea and bubbles.
    for mark in ({**text, **halo}, text):
        yield {
            "data": {"name": "places"},
            # There is no room for names on a phone; they stand below.
            "transform": [{"calculate": "width < 420 ? '' : datum.label", "as": "name"}],
            "mark": mark,
            "encoding": {**where, "text": {"field": "name"}},
        }
