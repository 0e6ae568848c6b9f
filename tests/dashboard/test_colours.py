"""Colours that can be read by everyone: contrast as WCAG 2.2 computes it."""

import tomllib
from pathlib import Path

import pytest

from services.dashboard.look import DARK, LIGHT

HERE = Path(__file__).parents[2] / "services" / "dashboard"


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["text", "mute", "main", "warm", "cool", "wrong"])
def test_text_stands_out_on_cards_and_pages(palette, name):
    assert contrast(getattr(palette, name), palette.card) >= 4.5
    assert contrast(getattr(palette, name), palette.page) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["main", "warm", "cool", "wrong"])
def test_badges_can_be_read_on_their_soft_ground(palette, name):
    assert contrast(getattr(palette, name), getattr(palette, f"{name}_soft")) >= 4.5


@pytest.mark.parametrize(("palette", "section"), [(LIGHT, "light"), (DARK, "dark")])
def test_buttons_can_be_read_and_the_theme_agrees_with_the_palette(palette, section):
    theme = tomllib.loads((HERE / ".streamlit" / "config.toml").read_text())["theme"][section]

    assert contrast(palette.on_main, theme["primaryColor"]) >= 4.5
    assert (theme["backgroundColor"], theme["secondaryBackgroundColor"]) == (palette.page, palette.card)
    assert theme["textColor"] == palette.text
