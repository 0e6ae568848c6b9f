"""Charts as SVG that needs nothing else: readable in black and white, with the numbers beside them for the ear."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

_WIDTH, _HEIGHT, _LEFT, _BELOW, _ABOVE = 720, 230, 46, 24, 14


class Line(NamedTuple):
    """`points` are (x, number). The first of several is drawn solid, the others dashed."""

    name: str
    points: Sequence[tuple[float, float]]


def curve(title: str, lines: Sequence[Line], *, limit: int | None = None, ends: tuple[str, str]) -> Markup:
    """Lines over one axis; `ends` name its first and last moment. Empty without two points."""
    drawn = [line for line in lines if len(line.points) > 1]
    if not drawn:
        return Markup()
    xs = [x for line in drawn for x, _ in line.points]
    highest = max([1.0, *(y for line in drawn for _, y in line.points), *([float(limit)] if limit else [])]) * 1.08
    scale = _Scale(min(xs), max(xs), highest)
    parts = [
        *_axis(scale, highest, ends),
        *([_limit(scale, limit)] if limit else []),
        *(_path(scale, line, dashed=place > 0) for place, line in enumerate(drawn)),
    ]
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>{}</svg>').format(
        _WIDTH, _HEIGHT, title, title, Markup("").join(parts)
    )


class _Scale(NamedTuple):
    first: float
    last: float
    highest: float

    def x(self, value: float) -> float:
        return round(_LEFT + (value - self.first) / ((self.last - self.first) or 1) * (_WIDTH - _LEFT - 10), 1)

    def y(self, value: float) -> float:
        return round(_HEIGHT - _BELOW - value / self.highest * (_HEIGHT - _BELOW - _ABOVE), 1)


def _axis(scale: _Scale, highest: float, ends: tuple[str, str]) -> list[Markup]:
    lines = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        value = highest / 1.08 * share
        y = scale.y(value)
        lines.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" class="left">{}</text>'
            ).format(_LEFT, _WIDTH - 10, y, y, _LEFT - 6, y + 4, f"{value:,.0f}")
        )
    begin, end = ends
    bottom = _HEIGHT - 6
    lines.append(Markup('<text x="{}" y="{}">{}</text>').format(_LEFT, bottom, begin))
    lines.append(Markup('<text x="{}" y="{}" class="left">{}</text>').format(_WIDTH - 10, bottom, end))
    return lines


def _limit(scale: _Scale, limit: int) -> Markup:
    y = scale.y(limit)
    return Markup('<line class="limit" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}">Capacity {}</text>').format(
        _LEFT, _WIDTH - 10, y, y, _LEFT + 4, y - 4, f"{limit:,}"
    )


def _path(scale: _Scale, line: Line, *, dashed: bool) -> Markup:
    corners = " ".join(f"{scale.x(x)},{scale.y(y)}" for x, y in line.points)
    x, y = line.points[-1]
    words = Markup('<text x="{}" y="{}" class="left name">{}</text>').format(scale.x(x) - 4, scale.y(y) - 6, line.name)
    kind = "line other" if dashed else "line"
    return Markup('<polyline class="{}" points="{}"/>{}').format(kind, corners, words)
