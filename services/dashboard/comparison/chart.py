"""The curves of several events over the days before each one's start."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from services.dashboard import markup
from services.dashboard.formatting import count
from services.dashboard.live import specs
from services.dashboard.live.specs import base, text_style
from services.dashboard.look import Palette, palette
from services.dashboard.markup import Markup
from shared.schemas.comparison import Compared

# Told apart by how they are drawn, too: colours are not the same to everybody.
_DASHES = ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3])
_LONGEST_NAME = 34
# Pixels.
_HEIGHT = 340


def draw(compared: Sequence[Compared], *, by_share: bool) -> None:
    rows = points(compared, by_share=by_share)
    if not rows:
        markup.draw(Markup('<p class="pl-empty">Nobody has registered for any of these events yet.</p>'))
        return
    names = [name(place, one) for place, one in enumerate(compared)]
    spec, tables = _spec(palette(), tuple(names), by_share), {"points": rows, "ends": _ends(rows)}
    specs.draw("compare", spec, tables, height=_HEIGHT, alt=_takeaway(compared))


def name(place: int, one: Compared) -> str:
    """With its number, for two events may have one title."""
    title = one.event.title
    return f"{place + 1} {title if len(title) <= _LONGEST_NAME else title[: _LONGEST_NAME - 1] + '…'}"


def _takeaway(compared: Sequence[Compared]) -> str:
    said = "; ".join(f"event {place + 1}: {count(one.registered)}" for place, one in enumerate(compared))
    return f"Registrations by days before the start, at their last: {said}"


def points(compared: Sequence[Compared], *, by_share: bool) -> list[dict[str, Any]]:
    """As a share of the places there are; of an event without a limit, of its registrations."""
    rows = []
    for place, one in enumerate(compared):
        whole = (one.event.places or one.registered or 1) if by_share else 1
        rows += [
            {
                "days": -point.days_before,
                "value": point.active / whole,
                "number": point.active,
                "event": name(place, one),
            }
            for point in one.curve
        ]
    return rows


def _ends(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["event"]: row for row in rows}.values())


@cache
def _spec(colours: Palette, names: tuple[str, ...], by_share: bool) -> dict[str, Any]:
    hues = [colours.main, colours.warm, colours.cool, colours.mute][: len(names)]
    which = {"field": "event", "type": "nominal", "title": None}
    colour = {
        **which,
        "scale": {"domain": list(names), "range": hues},
        "legend": {"orient": "top", "symbolType": "stroke", "columns": 2, "labelLimit": 320},
    }
    dash = {
        **which,
        "scale": {"domain": list(names), "range": list(_DASHES[: len(names)])},
        "legend": {"orient": "top", "columns": 2, "labelLimit": 320},
    }
    y_axis = {**text_style(colours), "format": ".0%" if by_share else ",d", "tickCount": 5}
    x_axis = {**text_style(colours), "labelExpr": "datum.value == 0 ? 'start' : format(abs(datum.value), ',d') + ' d'"}
    hover = [
        {"field": "event", "title": "Event"},
        {"field": "number", "title": "Registered", "format": ",d"},
        {"field": "days", "title": "Days to the start", "format": ".1f"},
    ]
    return {
        **base(colours),
        "encoding": {
            "x": {"field": "days", "type": "quantitative", "title": None, "axis": x_axis},
            "y": {"field": "value", "type": "quantitative", "title": None, "axis": y_axis},
            "color": colour,
        },
        "layer": [
            {
                "data": {"name": "points"},
                "mark": {"type": "line", "strokeWidth": 2.5, "interpolate": "step-after"},
                "encoding": {"strokeDash": dash},
            },
            {"data": {"name": "ends"}, "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1}},
            {
                "data": {"name": "points"},
                "mark": {"type": "point", "filled": True, "size": 160, "opacity": 0},
                "encoding": {"tooltip": hover},
            },
        ],
    }
