"""The cumulative curve: registrations over time against the places there are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from services.dashboard import formatting, markup
from services.dashboard.formatting import count
from services.dashboard.live import per_day, specs
from services.dashboard.live.specs import Rows, base, text_style
from services.dashboard.look import Palette, palette
from services.dashboard.markup import Markup
from shared.schemas.stats import Stats

# Pixels.
_HEIGHT = 312
# A curve of minutes would have an axis of seconds.
_LEAST_SPAN = timedelta(hours=6)


def is_empty(stats: Stats) -> bool:
    return not stats.totals.active and not stats.curve


def draw(stats: Stats, *, by_day: bool = False) -> None:
    if is_empty(stats):
        _draw_empty(stats.event.url)
        return
    if by_day:
        per_day.draw(stats, height=_HEIGHT)
        return
    specs.draw("curve", _spec(palette()), datasets(stats), height=_HEIGHT, alt=_takeaway(stats))


def _draw_empty(link: str) -> None:
    markup.draw(Markup('<p class="pl-empty pl-tall"><b>No registrations yet.</b> Share the registration link:</p>'))
    st.code(link, language=None, wrap_lines=True)


def _takeaway(stats: Stats) -> str:
    limit = f" of {count(stats.totals.places)} places" if stats.totals.places is not None else ""
    now = f"{count(stats.totals.active)}{limit} at {formatting.clock_time(stats.server_time)}"
    before = f"; the event before had {count(stats.previous.at_this_point)} by then" if stats.previous else ""
    return f"Registrations over time: {now}{before}"


@dataclass(frozen=True)
class WallClock:
    """Places instants on a wall clock: the chart's axis counts in UTC and is fed the event's own time."""

    zone: str

    def tick(self, instant: datetime) -> int:
        wall = instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=UTC)
        return int(wall.timestamp() * 1000)

    def words(self, instant: datetime) -> str:
        return formatting.moment_in(instant, self.zone)


def datasets(stats: Stats) -> dict[str, Rows]:
    """The named tables that the chart's layers read."""
    clock = WallClock(stats.event.time_zone or "UTC")
    points = _points(stats, clock)
    before = _previous(stats, clock)
    highest = max([stats.totals.active, 4, *(point.active for point in stats.curve), *_numbers(before)])
    top = highest if is_far_below(highest, stats.totals.places) else max(highest, stats.totals.places or 0)
    return {
        "curve": points,
        "before": before,
        "before_name": _name_of_line(before),
        "last": [{**points[-1], "label": count(points[-1]["registered"])}],
        "places": _places_rule(stats, top, clock),
        "start": _start_rule(stats, clock),
        "ceiling": [{"top": top * 1.09}],
    }


def _points(stats: Stats, clock: WallClock) -> Rows:
    """Each bin at its end, from the state before the first bin up to this moment."""
    if not stats.curve:
        return [_point(stats.server_time, stats.totals.active, clock)]
    first, length = stats.curve[0], timedelta(minutes=stats.curve_bin_minutes)
    before = max(0, first.active - first.new + first.cancelled)
    ends = [(point.at + length, point.active) for point in stats.curve if point.at + length < stats.server_time]
    begins_at = min(first.at, stats.server_time - _LEAST_SPAN)
    moments = [(begins_at, before), *_flat_until(first.at, begins_at, before), *ends]
    moments.append((stats.server_time, stats.totals.active))
    return [_point(at, active, clock) for at, active in moments]


def _flat_until(first_at: datetime, begins_at: datetime, before: int) -> list[tuple[datetime, int]]:
    """Where the axis begins before the first registration, the curve lies flat until it."""
    return [(first_at, before)] if first_at > begins_at else []


def _point(at: datetime, active: int, clock: WallClock) -> dict[str, Any]:
    return {"moment": clock.words(at), "registered": active, "at": clock.tick(at)}


def is_far_below(highest: int, places: int | None) -> bool:
    """Where the axis up to the capacity would press the curve flat: then its rule is only spoken of."""
    return places is not None and highest * 6 < places


def _numbers(rows: Rows) -> list[int]:
    return [row["registered"] for row in rows if isinstance(row["registered"], int)]


def _previous(stats: Stats, clock: WallClock) -> Rows:
    """The event before, from where this curve begins. A layer without rows makes Vega complain: one nobody sees."""
    begins_at = min([stats.server_time - _LEAST_SPAN, *(point.at for point in stats.curve[:1])])
    points = [point for point in (stats.previous.curve if stats.previous else []) if point.at >= begins_at]
    if _is_start_far(stats):
        points = [point for point in points if point.at <= stats.server_time]
    rows: Rows = [{"at": clock.tick(point.at), "registered": point.active, "shown": 1} for point in points]
    return rows or [{"at": clock.tick(stats.server_time), "registered": 0, "shown": 0}]


def _name_of_line(before: Rows) -> Rows:
    """On the line itself, where it is still below what comes later."""
    at = before[len(before) * 2 // 5]
    return [{**at, "label": "Event before" if at["shown"] else ""}]


def _is_start_far(stats: Stats) -> bool:
    start = stats.event.starts_at
    so_far = stats.server_time - stats.curve[0].at if stats.curve else timedelta(0)
    return start is None or start - stats.server_time > 2 * so_far


def _places_rule(stats: Stats, top: float, clock: WallClock) -> Rows:
    """One row either way: a layer over no rows at all makes Vega complain at every refresh."""
    places = stats.totals.places
    if places is None:
        return [{"places": top, "label": "", "shown": 0}]
    if top < places:
        return [{"places": top * 1.05, "label": f"↑ Capacity {count(places)}, far above", "shown": 0}]
    full = f", full since {formatting.moment_in(stats.full_since, clock.zone)}" if stats.full_since else ""
    return [{"places": places, "label": f"Capacity {count(places)}{full}", "shown": 1}]


def _start_rule(stats: Stats, clock: WallClock) -> Rows:
    """Where the event starts; left out while it is so far off that it would press the curve against the axis."""
    start = stats.event.starts_at
    if start is None or _is_start_far(stats):
        return [{"at": clock.tick(stats.server_time), "label": "", "shown": 0}]
    return [{"at": clock.tick(start), "label": "Start", "shown": 1}]


@cache
def _spec(colours: Palette) -> dict[str, Any]:
    return {
        **base(colours),
        "layer": [
            *_line_before(colours),
            _area(colours),
            _line(colours),
            _ceiling(),
            *_rule_of_places(colours),
            *_rule_of_start(colours),
            *_last_point(colours),
            _hover(colours),
        ],
        "encoding": {"x": _x(colours), "y": _y(colours)},
    }


# Days where the curve covers more than three of them, hours where it covers less.
_DAY_OR_HOUR = "utcFormat(datum.value, domain('x')[1] - domain('x')[0] > 259200000 ? '%-d %b' : '%a %H:%M')"


def _x(colours: Palette) -> dict[str, Any]:
    axis = {
        **text_style(colours),
        "tickCount": {"expr": "width < 420 ? 4 : 7"},
        "labelExpr": _DAY_OR_HOUR,
        "labelOverlap": "greedy",
        "labelSeparation": 12,
        "labelFlush": False,
    }
    return {"field": "at", "type": "temporal", "title": None, "scale": {"type": "utc"}, "axis": axis}


def _y(colours: Palette) -> dict[str, Any]:
    axis = {**text_style(colours), "tickCount": 4, "format": ",d", "tickMinStep": 1}
    return {"field": "registered", "type": "quantitative", "title": None, "scale": {"nice": False}, "axis": axis}


def _area(colours: Palette) -> dict[str, Any]:
    stops = [{"offset": 0, "color": f"{colours.main}08"}, {"offset": 1, "color": f"{colours.main}40"}]
    fill = {"gradient": "linear", "x1": 1, "y1": 1, "x2": 1, "y2": 0, "stops": stops}
    return {"data": {"name": "curve"}, "mark": {"type": "area", "interpolate": "monotone", "color": fill}}


def _line(colours: Palette) -> dict[str, Any]:
    mark = {"type": "line", "interpolate": "monotone", "strokeWidth": 2.5, "color": colours.main, "strokeCap": "round"}
    return {"data": {"name": "curve"}, "mark": mark}


def _line_before(colours: Palette) -> list[dict[str, Any]]:
    line = {"type": "line", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": colours.mute}
    words = {"type": "text", "align": "left", "baseline": "top", "dx": 6, "dy": 8, "fontSize": 12.5}
    return [
        {"data": {"name": "before"}, "mark": line, "encoding": {"opacity": _SHOWN}},
        {
            "data": {"name": "before_name"},
            "mark": {**words, "color": colours.mute},
            "encoding": {"text": {"field": "label"}},
        },
    ]


def _ceiling() -> dict[str, Any]:
    """Invisible: holds the axis open above the highest number."""
    return {
        "data": {"name": "ceiling"},
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": None, "y": {"field": "top", "type": "quantitative"}},
    }


_SHOWN = {"field": "shown", "type": "quantitative", "scale": None, "legend": None}


def _rule_of_places(colours: Palette) -> list[dict[str, Any]]:
    y = {"field": "places", "type": "quantitative"}
    words = {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -5, "fontWeight": 600}
    return [
        {
            "data": {"name": "places"},
            "mark": {"type": "rule", "strokeWidth": 1.5, "color": colours.warm},
            "encoding": {"x": None, "y": y, "opacity": _SHOWN},
        },
        {
            "data": {"name": "places"},
            "mark": {**words, "color": colours.warm, "fontSize": 12.5},
            "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "label"}},
        },
    ]


def _rule_of_start(colours: Palette) -> list[dict[str, Any]]:
    x = {"field": "at", "type": "temporal"}
    words = {"type": "text", "align": "right", "baseline": "top", "dx": -6, "dy": 2, "fontSize": 12.5}
    return [
        {
            "data": {"name": "start"},
            "mark": {"type": "rule", "strokeDash": [2, 3], "strokeWidth": 1.5, "color": colours.mute},
            "encoding": {"x": x, "y": None, "opacity": _SHOWN},
        },
        {
            "data": {"name": "start"},
            "mark": {**words, "color": colours.mute},
            "encoding": {"x": x, "y": {"value": {"expr": "height - 20"}}, "text": {"field": "label"}},
        },
    ]


def _last_point(colours: Palette) -> list[dict[str, Any]]:
    words = {"type": "text", "align": "right", "dx": -9, "dy": -10, "fontSize": 14, "fontWeight": 700}
    return [
        {
            "data": {"name": "last"},
            "mark": {"type": "point", "filled": True, "size": 80, "color": colours.main, "opacity": 1},
        },
        {
            "data": {"name": "last"},
            "mark": {**words, "color": colours.text},
            "encoding": {"text": {"field": "label"}},
        },
    ]


def _hover(colours: Palette) -> dict[str, Any]:
    """Wide invisible points: the number of any moment, on the event's own clock."""
    return {
        "data": {"name": "curve"},
        "mark": {"type": "point", "filled": True, "size": 260, "opacity": 0, "color": colours.main},
        "encoding": {
            "tooltip": [
                {"field": "moment", "title": "Until"},
                {"field": "registered", "title": "Registered", "format": ",d"},
            ]
        },
    }
