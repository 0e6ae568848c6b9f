"""How the session is, fetched every two seconds for all who may see it, and kept when stale."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.live_session import LiveSession

# Older than this, numbers are greyed: they may no longer be true.
_OLD = timedelta(seconds=60)
_SHOWN = "_session_shown"


@dataclass(frozen=True)
class SessionScreen:
    """What to draw, and from when it is. `trouble` is why nothing newer is there."""

    now: LiveSession
    arrived_at: datetime
    trouble: Failure | None = None

    @property
    def is_old(self) -> bool:
        return self.trouble is not None and clock.now() - self.arrived_at > _OLD


# Failures are returned, not raised, and the scope is part of the key: see services/dashboard/snapshots.py.
@st.cache_data(ttl=2, max_entries=64, show_spinner=False)
def _fetch(event_id: str, scope: str, _token: str) -> SessionScreen | Failure:
    answer = api().live_session(_token, event_id)
    return answer if isinstance(answer, Failure) else SessionScreen(answer, clock.now())


def renew() -> None:
    """After a change of ours, so that it shows at once."""
    _fetch.clear()


def take(viewer: Viewer, event_id: str) -> SessionScreen | Failure:
    """The newest; the last good one with the trouble that kept a newer away; or the failure alone."""
    outcome = _fetch(event_id, viewer.scope, viewer.token)
    if isinstance(outcome, Failure):
        last = shown(event_id)
        if last is None or not outcome.is_passing:
            return outcome
        outcome = SessionScreen(last.now, last.arrived_at, outcome)
    st.session_state[_SHOWN] = outcome
    return outcome


def shown(event_id: str) -> SessionScreen | None:
    """What the screen was last drawn from in this tab, so that all its parts show one moment."""
    screen: SessionScreen | None = st.session_state.get(_SHOWN)
    return screen if screen and str(screen.now.event.id) == event_id else None
