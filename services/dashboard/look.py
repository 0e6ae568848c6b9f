"""Colours and type of the pages and charts. The values are those of .streamlit/config.toml, by theme."""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import streamlit as st

# Named families first: what "system-ui" stands for on a Linux without a desktop is too wide for six tiles in a row.
FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"


@dataclass(frozen=True)
class Palette:
    """Text colours reach a contrast of 4.5 on `card` (WCAG 2.2, 1.4.3), marks 3."""

    page: str
    card: str
    text: str
    mute: str
    edge: str
    line: str
    land: str
    main: str
    warm: str
    cool: str
    wrong: str
    on_main: str
    main_soft: str
    warm_soft: str
    cool_soft: str
    wrong_soft: str
    quiet_soft: str


LIGHT = Palette(
    page="#F6F7F9",
    card="#FFFFFF",
    text="#17212B",
    mute="#596673",
    edge="#DDE3E9",
    line="#E9EDF1",
    land="#DCE3E9",
    main="#0B6E6E",
    warm="#9E5500",
    cool="#4B5FBF",
    wrong="#B3261E",
    on_main="#FFFFFF",
    main_soft="#E1F0EF",
    warm_soft="#FCEFDD",
    cool_soft="#E9ECFA",
    wrong_soft="#FDECEA",
    quiet_soft="#EEF1F4",
)
DARK = Palette(
    page="#0F1519",
    card="#182127",
    text="#E8EEF2",
    mute="#9AA8B3",
    edge="#2A363E",
    line="#243038",
    land="#2C3941",
    main="#3CC2B8",
    warm="#F2A94B",
    cool="#9FAEF7",
    wrong="#FF9C94",
    on_main="#06201F",
    main_soft="#14393A",
    warm_soft="#3B2C17",
    cool_soft="#262E4D",
    wrong_soft="#43221F",
    quiet_soft="#232E35",
)


def palette() -> Palette:
    return DARK if st.context.theme.type == "dark" else LIGHT


def dress() -> None:
    """One style block per page, drawn before everything that moves."""
    st.html(_style(palette()))


@cache
def _style(colours: Palette) -> str:
    names = ";".join(f"--pl-{name.replace('_', '-')}:{value}" for name, value in asdict(colours).items())
    sheets = sorted((Path(__file__).parent / "static" / "css").glob("*.css"))
    rules = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    return f"<style>:root{{{names}}}\n{rules}</style>"
