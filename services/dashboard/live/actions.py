"""The bar above the live screen: links out, sharing, and how the screen behaves. Kept in the address bar."""

from dataclasses import dataclass

import streamlit as st

from services.dashboard import desk, markup
from services.dashboard.live import header
from services.dashboard.registrations import exporting
from shared.schemas.events import EventSummary

_VIEW, _CURVE, _DAYS = "curve_view", "Cumulative", "Per day"


@dataclass(frozen=True)
class Pace:
    is_live: bool
    shows_names: bool


def draw(event: EventSummary, *, sees_addresses: bool, is_stale: bool) -> Pace:
    """While the service does not answer (`is_stale`), nothing is offered that it would have to do."""
    with st.container(key="actions", horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        markup.draw(header.over(event), width="content")
        _draw_view()
        if event.state == "draft":
            _draw_review(event, disabled=is_stale)
        else:
            _draw_links(event)
            exporting.draw(str(event.id), sees_addresses=sees_addresses, with_report=True, disabled=is_stale)
        with st.popover("View", icon=":material/tune:"):
            is_paused = switch("Pause updates", "live", "The numbers stay as they are until you switch this off.")
            hides_names = switch("Hide names", "names", "For a screen that others can see.")
    return Pace(is_live=not is_paused, shows_names=not hides_names)


def _draw_view() -> None:
    """The curve or the days; `?by=day` in the address."""
    if _VIEW not in st.session_state:
        st.session_state[_VIEW] = _DAYS if st.query_params.get("by") == "day" else _CURVE
    chosen = st.segmented_control(
        "Registrations", [_CURVE, _DAYS], key=_VIEW, required=True, label_visibility="collapsed"
    )
    if chosen == _DAYS:
        st.query_params["by"] = "day"
    else:
        st.query_params.pop("by", None)


def is_by_day() -> bool:
    return bool(st.session_state.get(_VIEW) == _DAYS)


def _draw_review(event: EventSummary, *, disabled: bool) -> None:
    if st.button("Review and publish", type="primary", icon=":material/rate_review:", disabled=disabled):
        st.switch_page(desk.NEW, query_params={"draft": str(event.id), "event": str(event.id)})


def _draw_links(event: EventSummary) -> None:
    st.link_button("Public page", event.url, icon=":material/open_in_new:")
    with st.popover("Share", icon=":material/share:"):
        st.caption("People register on this page. Copy its address:")
        st.code(event.url, language=None, wrap_lines=True)


def switch(label: str, name: str, explanation: str) -> bool:
    """A toggle that is on when the address says `?name=0`: short, and easy to type on the machine at the projector."""
    key = f"switch_{name}"
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(name) == "0"
    is_on = st.toggle(label, key=key, help=explanation)
    if is_on:
        st.query_params[name] = "0"
    else:
        st.query_params.pop(name, None)
    return is_on
