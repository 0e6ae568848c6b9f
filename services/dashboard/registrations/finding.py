"""Narrowing the list: by status with its number, by words, by who people are and how they came."""

from collections.abc import Callable, Iterable

import streamlit as st

from services.dashboard import markup, snapshots
from services.dashboard.failures import Failure
from services.dashboard.formatting import count
from services.dashboard.registrations import pages
from services.dashboard.registrations.pages import Wish
from services.dashboard.registrations.words import SOURCES, STATUSES, name_of_origin, name_of_source, name_of_status
from services.dashboard.viewer import Viewer
from shared.schemas.stats import Stats, Totals
from shared.territories import country_name

_STATUS, _SEARCH, _SOURCE, _SUSPECT, _ORDER = (
    "find_status",
    "find_search",
    "find_source",
    "find_suspect",
    "find_order",
)
_AUDIENCE, _COUNTRY, _ORIGIN = "find_audience", "find_country", "find_origin"
_ALL = "all"


def draw(viewer: Viewer, event_id: str, *, sees_addresses: bool) -> Wish:
    numbers = _numbers(viewer, event_id)
    totals = numbers.totals if numbers else None
    status = st.pills(
        "Status",
        [_ALL, *STATUSES],
        default=_wished_status(),
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
    audience, country, came_from = _of_them(numbers)
    asked = Wish(
        event_id,
        search=search or "",
        status=None if status in {_ALL, None} else status,
        source=source,
        audience=audience,
        country=country,
        came_from=came_from,
        suspects_only=suspects,
        latest_first=order == "Latest first",
    )
    return pages.LIST.turned(asked)


def _wished_status() -> str:
    """What a link to the list asked for, such as the one of the live screen to those who wait."""
    wish = st.query_params.get("status", _ALL)
    return wish if wish in STATUSES else _ALL


def clear() -> None:
    """Everybody again. Only from a widget's callback."""
    everybody = dict.fromkeys((_SOURCE, _AUDIENCE, _COUNTRY, _ORIGIN))
    st.session_state.update({_STATUS: _ALL, _SEARCH: "", _SUSPECT: False} | everybody)


def _of_them(numbers: Stats | None) -> tuple[str | None, str | None, str | None]:
    """Audience, country, and what led them here; offered as far as anybody is counted there."""
    audiences = [row.audience or "" for row in numbers.audiences] if numbers else []
    countries = [row.country or "" for row in numbers.countries] if numbers else []
    sources = [row.source or "" for row in numbers.sources] if numbers else []
    with st.container(key="find_more", horizontal=True, vertical_alignment="bottom"):
        return (
            _chosen("Audience", _AUDIENCE, audiences, lambda name: markup.label(name) or "None named"),
            _chosen("Country", _COUNTRY, countries, lambda code: country_name(code, language="en") or "Not given"),
            _chosen("Led here by", _ORIGIN, sources, lambda name: markup.label(name_of_origin(name))),
        )


def _chosen(label: str, key: str, offered: Iterable[str], name_of: Callable[[str], str]) -> str | None:
    """What is chosen stays on offer, also once nobody is counted there any more."""
    present = st.session_state.get(key)
    options = dict.fromkeys([None, *offered, *([present] if present is not None else [])])
    chosen: str | None = st.selectbox(
        label, list(options), key=key, width=210, format_func=lambda one: "All" if one is None else name_of(one)
    )
    return chosen


def _numbers(viewer: Viewer, event_id: str) -> Stats | None:
    screen = snapshots.stats.take(viewer, event_id)
    return None if isinstance(screen, Failure) else screen.snapshot


def _status_name(key: str, totals: Totals | None) -> str:
    name = name_of_status(None if key == _ALL else key)
    if totals is None:
        return name
    everybody = sum(getattr(totals, status) for status in STATUSES)
    return f"{name} {count(everybody if key == _ALL else getattr(totals, key))}"
