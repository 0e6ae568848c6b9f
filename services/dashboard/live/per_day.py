"""Registrations per day: bars up for who came, down for who left; on the days of the event's own calendar."""

from collections import Counter
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from services.dashboard.formatting import plural
from services.dashboard.live import specs
from services.dashboard.live.specs import Rows, base, text_style
from services.dashboard.look import Palette, palette
from shared.schemas.stats import Stats

NEW, GONE = "Registered", "Cancelled"


def draw(stats: Stats, *, height: int) -> None:
    specs.draw("days", _spec(palette()), {"days": rows(stats)}, height=height, alt=_takeaway(stats))


def _takeaway(stats: Stats) -> str:
    days = {row["day"] for row in rows(stats)}
    new = sum(point.new for point in stats.curve)
    gone = sum(point.cancelled for point in stats.curve)
    return f"Registrations per day over {plural(len(days), 'day')}: {new} came, {gone} cancelled"


def rows(stats: Stats) -> Rows:
    """A bin counts on the day it begins; where bins are days or longer, it is that day."""
    zone = ZoneInfo(stats.event.time_zone or "UTC")
    new: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for point in stats.curve:
        day = f"{point.at.astimezone(zone):%Y-%m-%d}"
        new[day] += point.new
        gone[day] += point.cancelled
    return [
        {"day": day, "count": sign * counted[day], "number": counted[day], "what": what}
        for what, counted, sign in ((NEW, new, 1), (GONE, gone, -1))
        for day in sorted(counted)
    ]


@cache
def _spec(colours: Palette) -> dict[str, Any]:
    axis = {**text_style(colours), "labelOverlap": "greedy", "labelSeparation": 10, "labelAngle": 0, "ticks": False}
    return {
        **base(colours),
        "data": {"name": "days"},
        "mark": {"type": "bar", "width": {"band": 0.7}},
        "encoding": {
            "x": {
                "field": "day",
                "type": "ordinal",
                "title": None,
                "axis": {**axis, "labelExpr": "timeFormat(toDate(datum.value + 'T12:00'), '%-d %b')"},
            },
            "y": {
                "field": "count",
                "type": "quantitative",
                "title": None,
                "axis": {"tickCount": 4, "format": ",d", "tickMinStep": 1},
            },
            "color": {
                "field": "what",
                "type": "nominal",
                "title": None,
                "scale": {"domain": [NEW, GONE], "range": [colours.main, colours.warm]},
                "legend": {"orient": "top", "symbolType": "square"},
            },
            "tooltip": [
                {"field": "day", "title": "Day"},
                {"field": "what", "title": "What"},
                {"field": "number", "title": "How many", "format": ",d"},
            ],
        },
    }
