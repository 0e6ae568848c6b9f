"""The outline of the world's land, for maps: made once from the package `countryinfo`, and served by us."""

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from countryinfo import all_countries
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.cookies import ROOT

PATH = f"{ROOT}/files/land.json"
# Degrees north of which land is drawn: nobody lives in Antarctica.
_SOUTHERNMOST = -57.0
_YEAR_SECONDS = 365 * 24 * 3600

Point = tuple[float, float]


@cache
def land() -> bytes:
    """GeoJSON (RFC 7946 section 3.1.7) of one shape, to a tenth of a degree, compressed with gzip."""
    shape = {"type": "MultiPolygon", "coordinates": [[ring] for ring in _rings()]}
    return gzip.compress(json.dumps(shape, separators=(",", ":")).encode(), mtime=0)


@cache
def url() -> str:
    """Names what is in it, so that it may be kept for ever."""
    return f"{PATH}?v={hashlib.sha256(land()).hexdigest()[:12]}"


def _rings() -> Iterator[list[Point]]:
    """The outer ring of each piece of land, clockwise as Vega (d3-geo) reads them: the other way round is the sea."""
    for country in all_countries():
        for feature in country.geo_json().get("features", []):
            for outer in _outer_rings(feature["geometry"]):
                ring = _rounded(outer)
                if len(ring) >= 4 and min(north for _, north in ring) > _SOUTHERNMOST:
                    yield ring if _is_clockwise(ring) else ring[::-1]


def _outer_rings(geometry: dict[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    yield from (polygon[0] for polygon in polygons)


def _rounded(ring: Sequence[Sequence[float]]) -> list[Point]:
    points = [(round(point[0], 1), round(point[1], 1)) for point in ring]
    return [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]


def _is_clockwise(ring: Sequence[Point]) -> bool:
    area = sum((x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True))
    return area > 0


async def _show(_: Request) -> Response:
    headers = {"Content-Encoding": "gzip", "Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable"}
    return Response(land(), media_type="application/geo+json", headers=headers)


routes = [Route(PATH, _show, methods=["GET"])]
