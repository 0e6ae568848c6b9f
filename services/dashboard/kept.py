"""Lists that stay on screen until something else is asked for, so that no row moves under the organiser's finger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

import streamlit as st

from services.dashboard import formatting, markup
from services.dashboard.failures import Failure
from shared import clock
from shared.schemas.events import Page

LENGTH = 25

PageModel = TypeVar("PageModel", bound=Page)
AskedModel = TypeVar("AskedModel", bound="Asked")


@dataclass(frozen=True)
class Asked:
    """What is asked of one event; `cursors` lead from the first page to this one."""

    event_id: str
    cursors: tuple[str, ...] = ()

    def narrowing(self) -> Mapping[str, str]:
        """The query's parameters, but for the page."""
        return {}

    def query(self) -> dict[str, str]:
        after = {"after": self.cursors[-1]} if self.cursors else {}
        return {**self.narrowing(), **after, "limit": str(LENGTH)}


@dataclass(frozen=True)
class Shown(Generic[PageModel]):
    """`generation` tells one fetching from the next, so that a choice in a table belongs to what it shows."""

    asked: Asked
    page: PageModel
    at: datetime = field(default_factory=clock.now)
    generation: int = 0
    trouble: Failure | None = None


class KeptList(Generic[PageModel]):
    """One list of a page, by its name. What it shows is kept in the tab's own state, not in here."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._on_screen, self._outdated, self._cursors = f"_{name}_page", f"_{name}_outdated", f"_{name}_cursors"

    def _last(self) -> Shown[PageModel] | None:
        last: Shown[PageModel] | None = st.session_state.get(self._on_screen)
        return last

    def is_shown(self, asked: Asked) -> bool:
        last = self._last()
        return last is not None and last.asked.event_id == asked.event_id

    def show(
        self, asked: Asked, fetch: Callable[[str, Mapping[str, str]], PageModel | Failure]
    ) -> Shown[PageModel] | Failure:
        """The page asked for; while the API does not answer, the last one with the trouble.

        `fetch` is given the event's id and the query.
        """
        last = self._last()
        is_outdated = st.session_state.pop(self._outdated, False)
        if last is not None and last.asked == asked and last.trouble is None and not is_outdated:
            return last
        outcome = fetch(asked.event_id, asked.query())
        if not isinstance(outcome, Failure):
            return self._keep(Shown(asked, outcome, generation=last.generation + 1 if last else 0))
        if last is None or last.asked.event_id != asked.event_id or not outcome.is_passing:
            return outcome
        return self._keep(replace(last, trouble=outcome))

    def renew(self) -> None:
        """The same page again, but newer: when asked for, and after a change of ours."""
        st.session_state[self._outdated] = True

    def turned(self, asked: AskedModel) -> AskedModel:
        """With how far the organiser has turned the pages of just this list."""
        held: tuple[Asked, tuple[str, ...]] | None = st.session_state.get(self._cursors)
        return replace(asked, cursors=held[1] if held and held[0] == replace(asked, cursors=()) else ())

    def turn(self, asked: Asked, to: tuple[str, ...]) -> None:
        st.session_state[self._cursors] = (replace(asked, cursors=()), to)

    def _keep(self, shown: Shown[PageModel]) -> Shown[PageModel]:
        st.session_state[self._on_screen] = shown
        return shown

    def draw_ways(self, shown: Shown[PageModel], asked: Asked, number: int) -> None:
        """Which of them these are, from when, and the way to the others. `number` is how many are on this page."""
        at, further = shown.asked.cursors, shown.page.next
        with st.container(key=f"ways_{self.name}", horizontal=True, vertical_alignment="center"):
            words = f"{numbers(shown, number)}, as of {formatting.clock_time(shown.at)}"
            markup.draw(markup.markup('<p class="pl-note">{words}</p>', words=words), width="content")
            st.button("Refresh", key=f"refresh_{self.name}", icon=":material/refresh:", on_click=self.renew)
            if at or further:
                self._way("Earlier page", "previous", "chevron_left", asked, at[:-1], disabled=not at)
                self._way("Next page", "next", "chevron_right", asked, (*at, further or ""), disabled=not further)

    def _way(self, label: str, name: str, icon: str, asked: Asked, to: tuple[str, ...], *, disabled: bool) -> None:
        st.button(
            label,
            key=f"way_{name}_{self.name}",
            icon=f":material/{icon}:",
            disabled=disabled,
            on_click=self.turn,
            args=(asked, to),
        )


def numbers(shown: Shown[PageModel], number: int) -> str:
    """ "26 to 30"."""
    first = len(shown.asked.cursors) * LENGTH + 1
    return f"{formatting.count(first)} to {formatting.count(first + number - 1)}"


def draw_trouble(shown: Shown[PageModel]) -> None:
    if shown.trouble is not None:
        since = formatting.clock_time(shown.at)
        markup.notice("warning", shown.trouble.title, f"This is the list of {since}. Refresh it in a moment.")
