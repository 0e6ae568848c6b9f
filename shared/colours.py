"""Colours that stay readable: contrast as WCAG 2.2 defines it (relative luminance, contrast ratio), and the nearest
shade that has enough of it."""

import re
from typing import NamedTuple

ENOUGH = 4.5
WHITE, NIGHT = "#ffffff", "#10171b"
PATTERN = r"^#[0-9a-fA-F]{6}$"
# How far each step goes towards black or white.
_STEP = 0.03


class _Rgb(NamedTuple):
    red: float
    green: float
    blue: float


def contrast(one: str, other: str) -> float:
    """1 (none) to 21, of two colours as #rrggbb."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def darker_until_readable(colour: str, on: str = WHITE) -> str:
    """The colour itself where it can be read on this ground; else the nearest shade towards black that can."""
    return _towards(colour, _Rgb(0, 0, 0), on)


def lighter_until_readable(colour: str, on: str = NIGHT) -> str:
    return _towards(colour, _Rgb(1, 1, 1), on)


def _towards(colour: str, end: _Rgb, on: str) -> str:
    start, share = _parse(colour), 0.0
    while share < 1 and contrast(_text(_mixed(start, end, share)), on) < ENOUGH:
        share += _STEP
    return _text(_mixed(start, end, min(1.0, share)))


def _mixed(start: _Rgb, end: _Rgb, share: float) -> _Rgb:
    return _Rgb(*(a + (b - a) * share for a, b in zip(start, end, strict=True)))


def _parse(colour: str) -> _Rgb:
    if not re.match(PATTERN, colour):
        raise ValueError(colour)
    return _Rgb(*(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)))


def _text(colour: _Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def _luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parse(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
