"""What is on screen: one snapshot of an event, fetched every two seconds for all who may see it, kept when stale."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import streamlit as st

from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.stats import Stats

Snapshot = TypeVar("Snapshot")

# Older than this, numbers are greyed: they may no longer be true.
_OLD = timedelta(seconds=60)
# What a busy API is spared at least, whatever its Retry-After says.
_QUIET = timedelta(seconds=15)


@dataclass(frozen=True)
class Screen(Generic[Snapshot]):
    """What to draw, and when it arrived, on the dashboard's clock. `trouble` is why nothing newer is there."""

    event_id: str
    snapshot: Snapshot
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
# The scope is part of the key, so nobody is shown what only others may see; the token is not, so viewers share. They
# share the snapshot itself, not copies of it: nobody may change one.
@st.cache_resource(ttl=2, max_entries=192, show_spinner=False)
def _fetch(name: str, event_id: str, scope: str, _ask: Callable[[], Any]) -> Screen[Any] | Failure:
    answer = _ask()
    return answer if isinstance(answer, Failure) else Screen(event_id, answer, clock.now())


class Snapshots(Generic[Snapshot]):
    """One kind of snapshot, by its name. What a tab was drawn from is kept in the tab's own state, not in here."""

    def __init__(self, name: str, ask: Callable[[str, str], Snapshot | Failure]) -> None:
        """`ask` is given the session's token and the event's id."""
        self._name, self._ask = name, ask
        self._shown, self._quiet_until = f"_{name}_shown", f"_{name}_quiet_until"

    def take(self, viewer: Viewer, event_id: str) -> Screen[Snapshot] | Failure:
        """The newest; the last good one with the trouble that kept a newer away; or the failure alone."""
        last = self.shown(event_id)
        quiet_until: datetime | None = st.session_state.get(self._quiet_until)
        if last and quiet_until and clock.now() < quiet_until:
            return last
        outcome = _fetch(self._name, event_id, viewer.scope, lambda: self._ask(viewer.token, event_id))
        if not isinstance(outcome, Failure):
            return self._keep(outcome)
        if outcome.cause is Cause.BUSY:
            wait = max(_QUIET, timedelta(seconds=outcome.retry_after or 0))
            st.session_state[self._quiet_until] = clock.now() + wait
        return self._keep(replace(last, trouble=outcome)) if last and outcome.is_passing else outcome

    def shown(self, event_id: str) -> Screen[Snapshot] | None:
        """What this tab was last drawn from, so that all parts of a page show one moment."""
        screen: Screen[Snapshot] | None = st.session_state.get(self._shown)
        return screen if screen and screen.event_id == event_id else None

    def renew(self) -> None:
        """After a change of ours, so that it shows at once."""
        _fetch.clear()

    def _keep(self, screen: Screen[Snapshot]) -> Screen[Snapshot]:
        st.session_state[self._shown] = screen
        return screen


stats = Snapshots[Stats]("stats", lambda token, event_id: api().stats(token, event_id))
