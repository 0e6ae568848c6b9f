"""What the clock shows where the registrants are, when the event starts."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from services.dashboard import markup
from services.dashboard.formatting import percent
from services.dashboard.live import specs
from services.dashboard.live.specs import Rows, base, text_style
from services.dashboard.look import Palette, palette
from services.dashboard.markup import Markup
from shared.schemas.stats import LocalHour, Stats

# Pixels.
_HEIGHT = 220
WORKING, EDGE, NIGHT = "Working hours", "Evening or early", "Night"


def draw(stats: Stats) -> None:
    total = sum(hour.count for hour in stats.local_hours)
    if not total:
        markup.draw(Markup('<p class="pl-empty">Shows whose evening or night it will be.</p>'))
        return
    sentence = headline(stats.local_hours)
    markup.draw(markup.markup('<p class="pl-headline">{sentence}</p>', sentence=sentence))
    specs.draw("hours", _spec(palette()), {"hours": rows(stats.local_hours)}, height=_HEIGHT, alt=sentence)


def part_of_day(hour: int) -> str:
    if 8 <= hour < 18:
        return WORKING
    return NIGHT if hour >= 22 or hour < 6 else EDGE


def headline(hours: Sequence[LocalHour]) -> str:
    total = sum(hour.count for hour in hours)
    share = {
        part: sum(h.count for h in hours if part_of_day(h.hour) == part) / total for part in (WORKING, EDGE, NIGHT)
    }
    if not share[NIGHT]:
        return f"{percent(share[WORKING])} join in working hours, nobody at night."
    return f"{percent(share[NIGHT])} would join at night, {percent(share[WORKING])} in working hours."


def rows(hours: Sequence[LocalHour]) -> Rows:
    counts: Mapping[int, int] = {hour.hour: hour.count for hour in hours}
    return [
        {"hour": hour, "clock": f"{hour:02}:00", "count": counts.get(hour, 0), "part": part_of_day(hour)}
        for hour in range(24)
    ]


@cache
def _spec(colours: Palette) -> dict[str, Any]:
    return {
        **base(colours),
        "data": {"name": "hours"},
        "mark": {"type": "bar", "cornerRadiusEnd": 2, "width": {"band": 0.72}},
        "encoding": {
            "x": {
                "field": "clock",
                "type": "ordinal",
                "title": None,
                "axis": {**text_style(colours), "labelExpr": _EVERY_SIXTH, "labelAngle": 0, "labelOverlap": False},
            },
            "y": {"field": "count", "type": "quantitative", "title": None, "axis": {"tickCount": 3, "format": ",d"}},
            "color": {
                "field": "part",
                "type": "nominal",
                "title": None,
                "scale": {"domain": [WORKING, EDGE, NIGHT], "range": [colours.main, colours.cool, colours.warm]},
                "legend": {"orient": "top", "symbolType": "square"},
            },
            "tooltip": [
                {"field": "clock", "title": "Local time"},
                {"field": "count", "title": "Registered", "format": ",d"},
                {"field": "part", "title": "Which is"},
            ],
        },
    }


_EVERY_SIXTH = "indexof(['00:00', '06:00', '12:00', '18:00', '23:00'], datum.value) >= 0 ? datum.value : ''"
