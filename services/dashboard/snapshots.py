"""What is on screen: one snapshot per event, fetched every two seconds for all who may see it, kept when stale."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.stats import Stats

# Older than this, numbers are greyed: they may no longer be true.
_OLD = timedelta(seconds=60)
# What a busy API is spared at least, whatever its Retry-After says.
_QUIET = timedelta(seconds=15)
_SHOWN, _QUIET_UNTIL = "_shown", "_quiet_until"


@dataclass(frozen=True)
class Fetched:
    """A snapshot and when it arrived, on the dashboard's clock."""

    stats: Stats
    at: datetime


@dataclass(frozen=True)
class Screen:
    """What to draw. `trouble` is why nothing newer is there."""

    stats: Stats
    arrived_at: datetime
    trouble: Failure | None = None

    @property
    def age(self) -> timedelta:
        return clock.now() - self.arrived_at

    @property
    def is_stale(self) -> bool:
        return self.trouble is not None

    @property
    def is_old(self) -> bool:
        return self.is_stale and self.age > _OLD


# Failures are returned, not raised: the cache keeps them too, which spares a silent API one call per viewer and tick.
# The scope is part of the key, so nobody is shown what only others may see; the token is not, so viewers share.
@st.cache_data(ttl=2, max_entries=64, show_spinner=False)
def _fetch(event_id: str, scope: str, _token: str) -> Fetched | Failure:
    answer = api().stats(_token, event_id)
    return answer if isinstance(answer, Failure) else Fetched(answer, clock.now())


def renew() -> None:
    """After a change of ours, so that the numbers show it at once."""
    _fetch.clear()


def take(viewer: Viewer, event_id: str) -> Screen | Failure:
    """The newest snapshot; the last good one with the trouble that kept a newer away; or the failure alone."""
    last = shown(event_id)
    quiet_until: datetime | None = st.session_state.get(_QUIET_UNTIL)
    if last and quiet_until and clock.now() < quiet_until:
        return last
    outcome = _fetch(event_id, viewer.scope, viewer.token)
    if isinstance(outcome, Fetched):
        return _keep(Screen(outcome.stats, outcome.at))
    if outcome.cause is Cause.BUSY:
        st.session_state[_QUIET_UNTIL] = clock.now() + max(_QUIET, timedelta(seconds=outcome.retry_after or 0))
    if last and outcome.is_passing:
        return _keep(Screen(last.stats, last.arrived_at, outcome))
    return outcome


def shown(event_id: str) -> Screen | None:
    """What the screen was last drawn from in this tab, so that all its parts show one moment."""
    screen: Screen | None = st.session_state.get(_SHOWN)
    return screen if screen and str(screen.stats.event.id) == event_id else None


def _keep(screen: Screen) -> Screen:
    st.session_state[_SHOWN] = screen
    return screen
