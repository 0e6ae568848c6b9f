"""Narrowing the list: by status with its number, by words, by how people came."""

import streamlit as st

from services.dashboard import snapshots
from services.dashboard.failures import Failure
from services.dashboard.formatting import count
from services.dashboard.registrations import pages
from services.dashboard.registrations.pages import Wish
from services.dashboard.registrations.words import SOURCES, STATUSES, name_of_source, name_of_status
from services.dashboard.viewer import Viewer
from shared.schemas.stats import Totals

_STATUS, _SEARCH, _SOURCE, _SUSPECT, _ORDER = (
    "find_status",
    "find_search",
    "find_source",
    "find_suspect",
    "find_order",
)
_ALL = "all"


def draw(viewer: Viewer, event_id: str, *, sees_addresses: bool) -> Wish:
    totals = _totals(viewer, event_id)
    status = st.pills(
        "Status",
        [_ALL, *STATUSES],
        default=_ALL,
        required=True,
        key=_STATUS,
        format_func=lambda key: _status_name(key, totals),
        label_visibility="collapsed",
    )
    with st.container(key="find_row", horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search",
            key=_SEARCH,
            type="search",
            max_chars=200,
            icon=":material/search:",
            placeholder="A name, or how an address begins" if sees_addresses else "A name",
        )
        source = st.selectbox("Came by", [None, *SOURCES], key=_SOURCE, format_func=name_of_source, width=210)
        order = st.selectbox("Order", ["Latest first", "Earliest first"], key=_ORDER, width=170)
        suspects = st.toggle("Suspicious only", key=_SUSPECT, help="Those who came in a way that people seldom do.")
    asked = Wish(
        event_id,
        search=search or "",
        status=None if status in {_ALL, None} else status,
        source=source,
        suspects_only=suspects,
        latest_first=order == "Latest first",
    )
    return pages.LIST.turned(asked)


def clear() -> None:
    """Everybody again. Only from a widget's callback."""
    st.session_state.update({_STATUS: _ALL, _SEARCH: "", _SOURCE: None, _SUSPECT: False})


def _totals(viewer: Viewer, event_id: str) -> Totals | None:
    screen = snapshots.take(viewer, event_id)
    return None if isinstance(screen, Failure) else screen.stats.totals


def _status_name(key: str, totals: Totals | None) -> str:
    name = name_of_status(None if key == _ALL else key)
    if totals is None:
        return name
    everybody = sum(getattr(totals, status) for status in STATUSES)
    return f"{name} {count(everybody if key == _ALL else getattr(totals, key))}"
