"""Coming in: joins a minute as bars, and how many there are by then, against what is expected."""

from functools import cache
from typing import Any

from services.dashboard import formatting, markup
from services.dashboard.formatting import count, percent
from services.dashboard.live import specs
from services.dashboard.live.bars import Bar, table
from services.dashboard.live.curve import WallClock
from services.dashboard.live.specs import Rows, base, text_style
from services.dashboard.look import Palette, palette
from services.dashboard.markup import Markup
from shared.schemas.live_session import LiveSession

# Pixels.
_HEIGHT = 300


def draw(now: LiveSession) -> None:
    if not now.joins:
        markup.draw(Markup('<p class="pl-empty">Nobody has come through a join link yet.</p>'))
        return
    specs.draw("joins", _spec(palette()), datasets(now), height=_HEIGHT, alt=_takeaway(now))


def _takeaway(now: LiveSession) -> str:
    by_now = f"{count(now.joined)} have joined by {formatting.clock_time(now.server_time)}"
    return f"{by_now}, {count(now.last_five_minutes)} in the last five minutes"


def datasets(now: LiveSession) -> dict[str, Rows]:
    clock = WallClock(now.event.time_zone or "UTC")
    points = [
        {"at": clock.tick(point.at), "count": point.count, "joined": point.joined, "words": clock.words(point.at)}
        for point in now.joins
    ]
    first, last = points[0]["at"], points[-1]["at"]
    band = [{"from": first, "to": last, "low": now.expected.low, "high": now.expected.high}] if now.expected else []
    # A layer without rows makes Vega complain at every refresh.
    none = [{"from": first, "to": first, "low": 0, "high": 0}]
    start = now.event.starts_at
    return {"joins": points, "band": band or none, "start": [{"at": clock.tick(start)}] if start else [{"at": first}]}


@cache
def _spec(colours: Palette) -> dict[str, Any]:
    x = {
        "field": "at",
        "type": "temporal",
        "title": None,
        "scale": {"type": "utc"},
        "axis": {**text_style(colours), "format": "%H:%M", "tickCount": 6},
    }
    hover = [
        {"field": "words", "title": "From"},
        {"field": "count", "title": "Came in", "format": ",d"},
        {"field": "joined", "title": "Joined by then", "format": ",d"},
    ]
    number = {"type": "quantitative", "title": None}
    axis = {"axis": {**text_style(colours), "tickCount": 3, "format": ",d", "tickMinStep": 1}}
    layers = [
        {
            "data": {"name": "band"},
            "mark": {"type": "rect", "color": colours.cool, "opacity": 0.16},
            "encoding": {
                "x": {**x, "field": "from"},
                "x2": {"field": "to"},
                "y": {"field": "low", **number, **axis},
                "y2": {"field": "high"},
            },
        },
        {
            "data": {"name": "joins"},
            "mark": {"type": "line", "strokeWidth": 2.5, "color": colours.main, "interpolate": "step-after"},
            "encoding": {"x": x, "y": {"field": "joined", **number, **axis}},
        },
        {
            "data": {"name": "joins"},
            "mark": {"type": "bar", "color": colours.main, "opacity": 0.45},
            "encoding": {"x": x, "y": {"field": "count", **number}, "tooltip": hover},
        },
        {
            "data": {"name": "start"},
            "mark": {"type": "rule", "strokeDash": [2, 3], "strokeWidth": 1.5, "color": colours.mute},
            "encoding": {"x": x},
        },
    ]
    return {**base(colours), "layer": layers}


def draw_audiences(now: LiveSession) -> None:
    if not now.audiences:
        markup.draw(Markup('<p class="pl-empty">Shows who of which group is there.</p>'))
        return
    longest = max(1, *(one.confirmed for one in now.audiences))
    bars = [
        Bar(
            one.audience or "Not given",
            one.joined / longest,
            (one.confirmed - one.joined) / longest,
            f"{count(one.joined)} of {count(one.confirmed)} · {percent(one.joined / max(1, one.confirmed))}",
        )
        for one in now.audiences
    ]
    markup.draw(table("Audience", bars, legend=_LEGEND, counted="Joined"))


_LEGEND = Markup(
    '<p class="pl-legend"><span><i class="pl-solid"></i>Joined</span><span><i class="pl-striped"></i>Not yet</span></p>'
)
