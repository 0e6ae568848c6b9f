"""Which calendar a page is about, where an organiser works on several: kept in the address bar."""

from collections.abc import Sequence

import streamlit as st

from services.dashboard.viewer import Viewer
from shared.schemas.sessions import CalendarRole

_PARAMETER, _KEY = "calendar", "chosen_calendar"


def choose(viewer: Viewer, roles: Sequence[str] = ("owner", "editor", "viewer")) -> CalendarRole | None:
    """One of those where the organiser has one of these roles; None where there is none."""
    offered = {calendar.slug: calendar for calendar in viewer.me.calendars if calendar.role in roles}
    if not offered:
        return None
    if st.session_state.get(_KEY) not in offered:
        wish = st.query_params.get(_PARAMETER, "")
        st.session_state[_KEY] = wish if wish in offered else next(iter(offered))
    if len(offered) > 1:
        st.selectbox("Calendar", list(offered), key=_KEY, format_func=lambda slug: offered[slug].title)
    chosen: str = st.session_state[_KEY]
    st.query_params[_PARAMETER] = chosen
    return offered[chosen]
