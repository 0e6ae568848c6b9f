"""Whether anybody still looks: a forgotten tab costs as much as a watched one, so it slows down after an hour."""

from datetime import datetime, timedelta

import streamlit as st

from services.dashboard import markup
from shared import clock

_PATIENCE = timedelta(minutes=60)
# Seconds between refreshes of a tab that nobody has touched.
SLOW = 60.0
_TOUCHED_AT, _FALLS_ASLEEP = "_touched_at", "_falls_asleep"


def is_asleep() -> bool:
    """Call once per run of the page: every run but the one that `watch` starts is somebody's doing."""
    if st.session_state.pop(_FALLS_ASLEEP, False):
        return True
    st.session_state[_TOUCHED_AT] = clock.now()
    return False


def watch() -> None:
    """Call at each refresh: when nobody has touched the page for long, runs it again at the slow pace."""
    touched_at: datetime | None = st.session_state.get(_TOUCHED_AT)
    if touched_at is not None and clock.now() - touched_at > _PATIENCE:
        del st.session_state[_TOUCHED_AT]
        st.session_state[_FALLS_ASLEEP] = True
        st.rerun()


def draw_way_back() -> None:
    markup.notice("note", "Slowed down", "Nobody has used this page for an hour, so it refreshes once a minute.")
    st.button("Resume", key="resume", icon=":material/play_arrow:", type="primary")
