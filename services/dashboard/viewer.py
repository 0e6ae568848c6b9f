"""Who looks at the dashboard: judged by the API, remembered for a few seconds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import streamlit as st

from services.dashboard.api_client import api
from services.dashboard.cookies import SESSION_COOKIE
from services.dashboard.failures import Cause, Failure
from shared import clock
from shared.schemas.sessions import Me

# Signing out elsewhere shows here after this long at the latest.
_TRUST = timedelta(seconds=10)
_KNOWN = "_viewer"
EDITORS = {"owner", "editor"}


@dataclass(frozen=True)
class Viewer:
    me: Me
    token: str
    seen_at: datetime

    @property
    def scope(self) -> str:
        """Names what this organiser may see; viewers who may see the same share what was fetched."""
        calendars = sorted(f"{calendar.id}:{calendar.role}" for calendar in self.me.calendars)
        return sha256("\n".join([str(self.me.is_operator), *calendars]).encode()).hexdigest()

    @property
    def may_edit(self) -> bool:
        return any(calendar.role in EDITORS for calendar in self.me.calendars)

    @property
    def owns_any(self) -> bool:
        return any(calendar.role == "owner" for calendar in self.me.calendars)

    def may_edit_on(self, calendar_id: UUID) -> bool:
        return self._role_on(calendar_id) in EDITORS

    def owns(self, calendar_id: UUID) -> bool:
        return self._role_on(calendar_id) == "owner"

    def _role_on(self, calendar_id: UUID) -> str | None:
        """What the API would let this organiser do there; it judges by itself, this only decides what is offered."""
        return next((calendar.role for calendar in self.me.calendars if calendar.id == calendar_id), None)


def session_token() -> str:
    """What the browser presented when this tab was opened."""
    return st.context.cookies.get(SESSION_COOKIE, "")


def identify() -> Viewer | Failure:
    """The signed-in organiser. While the API does not answer, whom it last vouched for in this tab."""
    token = session_token()
    if not token:
        return Failure(Cause.SIGNED_OUT, "You are not signed in")
    known: Viewer | None = st.session_state.get(_KNOWN)
    if known and known.token == token and clock.now() - known.seen_at < _TRUST:
        return known
    return _ask(token, known)


def doubt(viewer: Viewer) -> Viewer | Failure:
    """Ask again at once: an answer meant for somebody looks as if this session had ended."""
    return _ask(viewer.token, viewer)


def forget() -> None:
    st.session_state.pop(_KNOWN, None)


def _ask(token: str, known: Viewer | None) -> Viewer | Failure:
    answer = api().me(token)
    if isinstance(answer, Failure):
        return known if known and known.token == token and answer.is_passing else answer
    viewer = Viewer(answer, token, clock.now())
    st.session_state[_KNOWN] = viewer
    return viewer
