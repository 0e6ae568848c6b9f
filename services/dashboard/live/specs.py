"""What all charts share: Vega-Lite as plain dicts, because building Altair objects costs 100 ms a refresh."""

from typing import Any

from services.dashboard.look import FONT, Palette


def base(colours: Palette) -> dict[str, Any]:
    """Size follows the card, colours the theme, and nothing is drawn that carries no number."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 0, "right": 0, "top": 4, "bottom": 0},
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {**text_style(colours), "domainColor": colours.edge, "gridColor": colours.line, "ticks": False},
            "axisX": {"grid": False, "labelPadding": 8},
            "axisY": {"domain": False, "labelPadding": 8},
            "legend": {"labelColor": colours.text, "labelFontSize": 12.5, "symbolSize": 90, "offset": 4, "padding": 0},
        },
    }


def text_style(colours: Palette) -> dict[str, Any]:
    return {"labelColor": colours.mute, "labelFontSize": 12.5, "titleColor": colours.mute, "titleFontWeight": "normal"}
