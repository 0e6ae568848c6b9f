"""The colours of the pages can be read by everyone: WCAG 2.2, 1.4.3 and 1.4.11, in light and in dark."""

import re
from pathlib import Path

import pytest

STYLE = Path(__file__).parents[3] / "services/api/pages/static/plenary.css"
_COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
TEXTS = [
    ("ink", "paper"), ("ink", "sheet"), ("ink", "wash"), ("soft", "paper"), ("soft", "sheet"), ("soft", "wash"),
    ("accent", "paper"), ("accent", "sheet"), ("accent", "wash"), ("accent-ink", "accent"),
    ("accent-ink", "accent-hover"), ("accent-hover", "paper"), ("hall-ink", "hall"), ("hall-soft", "hall"),
    ("hall-button", "hall"), ("hall-button-ink", "hall-button"), ("alarm", "paper"), ("alarm", "sheet"),
    ("alarm", "alarm-wash"), ("sheet", "alarm"), ("care", "care-wash"), ("care", "sheet"), ("care", "paper"),
]  # fmt: skip
SHAPES = [("focus", "paper"), ("focus", "sheet"), ("soft", "paper"), ("hall-button", "hall")]


def palettes() -> dict[str, dict[str, str]]:
    light, _, rest = STYLE.read_text().partition("@media (prefers-color-scheme: dark)")
    dark = rest.partition("*, *::before")[0]
    return {"light": dict(_COLOUR.findall(light)), "dark": dict(_COLOUR.findall(dark))}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    palette = palettes()[scheme]

    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_edges_and_the_focus_stand_out(scheme: str, shape: str, ground: str) -> None:
    palette = palettes()[scheme]

    assert contrast(palette[shape], palette[ground]) >= 3
