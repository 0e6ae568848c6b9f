"""Taking the list away as a file: links to what is fetched only when they are followed."""

from urllib.parse import urlencode

import streamlit as st

from services.dashboard import markup
from services.dashboard.fields import note
from services.dashboard.files import PATHS, REPORT
from services.dashboard.markup import Markup

_OFFERED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Excel workbook (XLSX)", "xlsx", {}),
    ("CSV", "csv", {}),
    ("CSV with semicolons", "csv", {"delimiter": "semicolon"}),
)


def draw(event_id: str, *, sees_addresses: bool, with_report: bool = False, disabled: bool = False) -> None:
    with st.popover("Export", icon=":material/download:", key="export", disabled=disabled):
        note(
            "Everybody, with the answers given."
            if sees_addresses
            else "Everybody, without addresses and what was typed freely."
        )
        links = [_link(name, PATHS[ending], {"event": event_id, **more}) for name, ending, more in _OFFERED]
        if with_report:
            links.append(_link("Report with all numbers (HTML)", REPORT, {"event": event_id}))
        markup.draw(markup.markup('<div class="pl-links">{links}</div>', links=markup.join(links)))


def _link(name: str, path: str, query: dict[str, str]) -> Markup:
    return markup.markup(
        '<a class="pl-link-button" href="{address}" target="_self">{name}</a>',
        address=f"{path}?{urlencode(query)}",
        name=name,
    )
