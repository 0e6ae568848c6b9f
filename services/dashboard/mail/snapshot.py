"""How the event's mail is, fetched every two seconds for all who may see it, and kept when stale."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.mail import MailOverview, RuleList

# Older than this, numbers are greyed: they may no longer be true.
_OLD = timedelta(seconds=60)
_SHOWN = "_mail_shown"


@dataclass(frozen=True)
class MailScreen:
    """What to draw, and from when it is. `trouble` is why nothing newer is there."""

    event_id: str
    overview: MailOverview
    arrived_at: datetime
    trouble: Failure | None = None

    @property
    def age(self) -> timedelta:
        return clock.now() - self.arrived_at

    @property
    def is_old(self) -> bool:
        return self.trouble is not None and self.age > _OLD


# Failures are returned, not raised, and the scope is part of the key: see services/dashboard/snapshots.py.
@st.cache_data(ttl=2, max_entries=64, show_spinner=False)
def _fetch(event_id: str, scope: str, _token: str) -> MailScreen | Failure:
    answer = api().mail_overview(_token, event_id)
    return answer if isinstance(answer, Failure) else MailScreen(event_id, answer, clock.now())


@st.cache_data(ttl=10, max_entries=64, show_spinner=False)
def _fetch_rules(event_id: str, scope: str, _token: str) -> RuleList | Failure:
    return api().rules(_token, event_id)


def rules(viewer: Viewer, event_id: str) -> RuleList | Failure:
    return _fetch_rules(event_id, viewer.scope, viewer.token)


def renew() -> None:
    """After a change of ours, so that it shows at once."""
    _fetch.clear()
    _fetch_rules.clear()


def take(viewer: Viewer, event_id: str) -> MailScreen | Failure:
    """The newest; the last good one with the trouble that kept a newer away; or the failure alone."""
    outcome = _fetch(event_id, viewer.scope, viewer.token)
    if isinstance(outcome, Failure):
        last = shown(event_id)
        if last is None or not outcome.is_passing:
            return outcome
        outcome = MailScreen(event_id, last.overview, last.arrived_at, outcome)
    st.session_state[_SHOWN] = outcome
    return outcome


def shown(event_id: str) -> MailScreen | None:
    """What the screen was last drawn from in this tab."""
    screen: MailScreen | None = st.session_state.get(_SHOWN)
    return screen if screen and screen.event_id == event_id else None
