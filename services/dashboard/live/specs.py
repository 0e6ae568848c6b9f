"""What all charts share: Vega-Lite as plain dicts, because building Altair objects costs 100 ms a refresh."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import streamlit as st

from services.dashboard.look import FONT, Palette

Rows = list[dict[str, Any]]


def draw(name: str, spec: Mapping[str, Any], tables: Mapping[str, Rows], *, height: int, alt: str) -> None:
    """A chart as wide as its place. `tables` are what the spec reads by their names; `height` is in pixels.

    `alt` says the takeaway to those who do not see it.
    """
    datasets = {key: _arrow(rows) for key, rows in tables.items()}
    st.vega_lite_chart(
        spec={**spec, "datasets": datasets}, theme=None, width="stretch", height=height, key=f"chart_{name}", alt=alt
    )


def _arrow(rows: Rows) -> bytes:
    """An Arrow IPC stream. Streamlit would make a pandas table of the rows first: the larger part of a refresh."""
    table = pa.Table.from_pylist(rows)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


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
