"""What an organiser has typed about an event: kept until it is saved, whatever happens in between."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Generic, TypeVar

import streamlit as st

from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer


@dataclass
class Draft:
    """`base` is the event as it was read; `typed` what stands in the fields, in the API's terms.

    `generation` is part of every field's key: it grows when the fields must show something that was not typed.
    """

    base: EventAnswer
    typed: dict[str, Any] = field(default_factory=dict)
    generation: int = 0
    failure: Failure | None = None
    # What is wrong with what was typed, found here: field to message. Made anew at each drawing.
    mistakes: dict[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.base.time_zone or self.base.calendar.time_zone

    def key(self, name: str) -> str:
        return f"{name}_{self.base.id}_{self.generation}"

    def problem(self, name: str) -> str:
        """What is wrong with a field, in our words or the API's; also what is said of its parts."""
        if name in self.mistakes:
            return self.mistakes[name]
        said = self.failure.fields if self.failure else {}
        return "; ".join(words for key, words in said.items() if key == name or key.startswith(f"{name}."))

    def as_read(self, event: EventAnswer) -> Mapping[str, Any]:
        """What stands in untouched fields."""
        return {name: getattr(event, name) for name in self.typed}

    def changes(self) -> dict[str, Any]:
        """What the API must be told."""
        before = self.as_read(self.base)
        return {name: value for name, value in self.typed.items() if value != before[name]}

    def rebase(self, newest: EventAnswer) -> None:
        """Somebody else saved: their changes come in, and what was typed here stays typed."""
        before, now = self.as_read(self.base), self.as_read(newest)
        for name, value in self.typed.items():
            if value == before[name]:
                self.typed[name] = now[name]
        self.base, self.failure = newest, None
        self.generation += 1


DraftModel = TypeVar("DraftModel", bound=Draft)


class Shelf(Generic[DraftModel]):
    """Where the drafts of one page lie, by its name: one for each event, in this tab.

    What is not saved yet also lies beside the organiser's session, in this process, so that who loads the page again
    finds it again.
    """

    def __init__(self, name: str, make: Callable[[EventAnswer, int], DraftModel]) -> None:
        """`make` is given the event and the generation."""
        self._name, self._slot, self._make = name, f"_{name}_drafts", make

    def current(self, viewer: Viewer, event_id: str) -> DraftModel | Failure:
        """What was typed here before; else the event as it is now."""
        held = self.held(event_id) or self._found_again(viewer, event_id)
        if held is not None and held.changes():
            return held
        answer = api().event(viewer.token, event_id)
        if isinstance(answer, Failure):
            return held or answer
        if held is None:
            return self.begin(answer)
        if held.base.version != answer.version:
            held.rebase(answer)
        return held

    def begin(self, event: EventAnswer) -> DraftModel:
        """The event as it is: what was typed about it is forgotten."""
        last = self.held(str(event.id))
        return self._keep(self._make(event, last.generation + 1 if last else 0))

    def held(self, event_id: str) -> DraftModel | None:
        """What was typed in this tab before, also after a look at another page."""
        drafts: Mapping[str, DraftModel] = st.session_state.get(self._slot, {})
        return drafts.get(event_id)

    def remember(self, viewer: Viewer, draft: DraftModel) -> None:
        """Call once the page is drawn."""
        kept, place = _beside(_session(viewer)), (self._name, str(draft.base.id))
        if draft.changes():
            # Two tabs do not write into one draft. The event itself is never changed.
            kept[place] = deepcopy(draft, {id(draft.base): draft.base})
        else:
            kept.pop(place, None)

    def _found_again(self, viewer: Viewer, event_id: str) -> DraftModel | None:
        kept = _beside(_session(viewer)).get((self._name, event_id))
        return self._keep(deepcopy(kept, {id(kept.base): kept.base})) if kept else None

    def _keep(self, draft: DraftModel) -> DraftModel:
        st.session_state.setdefault(self._slot, {})[str(draft.base.id)] = draft
        return draft


# A session lasts eight hours as it comes; of more sessions than these, the oldest drafts go.
@st.cache_resource(ttl="8h", max_entries=500, show_spinner=False)
def _beside(session: str) -> dict[tuple[str, str], Any]:
    return {}


def _session(viewer: Viewer) -> str:
    return sha256(viewer.token.encode()).hexdigest()
