"""The page of the list that is on screen: fetched when asked for, kept until something else is asked.

A row is chosen by its number, so the list must not move under the organiser's finger: nothing refreshes by itself.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

import streamlit as st

from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.registrations import RegistrationPage

LENGTH = 25
_ON_SCREEN, _IS_OUTDATED, _CURSORS = "_registrations_page", "_registrations_outdated", "_registrations_cursors"


@dataclass(frozen=True)
class Wish:
    """What is asked of one event; `cursors` lead from the first page to this one."""

    event_id: str
    search: str = ""
    status: str | None = None
    source: str | None = None
    suspects_only: bool = False
    latest_first: bool = True
    cursors: tuple[str, ...] = ()

    def query(self) -> dict[str, str]:
        asked = {
            "search": self.search.strip(),
            "status": self.status,
            "source": self.source,
            "is_suspect": "true" if self.suspects_only else "",
            "latest_first": "true" if self.latest_first else "",
            "after": self.cursors[-1] if self.cursors else "",
            "limit": str(LENGTH),
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def is_narrow(self) -> bool:
        return bool(self.search.strip() or self.status or self.source or self.suspects_only)


@dataclass(frozen=True)
class Shown:
    """`generation` tells one fetching from the next, so that a choice in the table belongs to what it shows."""

    wish: Wish
    page: RegistrationPage
    at: datetime = field(default_factory=clock.now)
    generation: int = 0
    trouble: Failure | None = None


def is_shown(wish: Wish) -> bool:
    last: Shown | None = st.session_state.get(_ON_SCREEN)
    return last is not None and last.wish.event_id == wish.event_id


def show(viewer: Viewer, wish: Wish) -> Shown | Failure:
    """The page asked for; while the API does not answer, the last one with the trouble."""
    last: Shown | None = st.session_state.get(_ON_SCREEN)
    is_outdated = st.session_state.pop(_IS_OUTDATED, False)
    if last is not None and last.wish == wish and last.trouble is None and not is_outdated:
        return last
    outcome = api().registrations(viewer.token, wish.event_id, wish.query())
    if isinstance(outcome, Failure):
        if last is None or last.wish.event_id != wish.event_id or not outcome.is_passing:
            return outcome
        return _keep(replace(last, trouble=outcome))
    return _keep(Shown(wish, outcome, generation=last.generation + 1 if last else 0))


def renew() -> None:
    """The same page again, but newer: when asked for, and after a change of ours."""
    st.session_state[_IS_OUTDATED] = True


def cursors(asked: Wish) -> tuple[str, ...]:
    """How far the organiser has turned the pages of just this list."""
    held: tuple[Wish, tuple[str, ...]] | None = st.session_state.get(_CURSORS)
    return held[1] if held and held[0] == replace(asked, cursors=()) else ()


def turn(asked: Wish, to: tuple[str, ...]) -> None:
    st.session_state[_CURSORS] = (replace(asked, cursors=()), to)


def _keep(shown: Shown) -> Shown:
    st.session_state[_ON_SCREEN] = shown
    return shown
