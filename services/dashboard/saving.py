"""The bar above what is typed: what is not saved yet, Save and Discard; saving; and what the API said of the whole."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import streamlit as st

from services.dashboard import events, markup, said
from services.dashboard.announcement.intake import draw_failure
from services.dashboard.api_client import api
from services.dashboard.drafts import Draft, Shelf
from services.dashboard.failures import Cause, Failure
from services.dashboard.viewer import Viewer


def draw_bar(changes: Mapping[str, object], names: Mapping[str, str], *, discard: Callable[[], Any]) -> bool:
    """Whether Save was pressed with something to save."""
    words = "Everything is saved."
    if changes:
        words = "Not saved yet: " + ", ".join(names.get(name, name) for name in changes) + "."
    tone = "pl-unsaved" if changes else "pl-saved"
    markup.draw(markup.markup('<p class="{tone}" role="status">{words}</p>', tone=tone, words=words), width="stretch")
    st.button("Discard", key="discard", icon=":material/undo:", disabled=not changes, on_click=discard)
    pressed = st.button("Save", key="save", type="primary", icon=":material/save:", disabled=not changes)
    return bool(pressed and changes)


def draw_failure_whole(failure: Failure, names: Mapping[str, str]) -> None:
    """What the API said of the whole; what it said of a field stands at the field."""
    named = {name.split(".")[0] for name in failure.fields}
    if named and named <= set(names):
        markup.notice("problem", "Nothing was saved yet", failure.detail or "Correct what is marked below.")
    else:
        draw_failure(failure)


def draw_not_read(failure: Failure) -> None:
    """Instead of fields: the event could not be had."""
    detail = failure.detail if not failure.is_passing else "Load the page again in a moment."
    markup.notice("problem", failure.title, detail)


def save(viewer: Viewer, shelf: Shelf[Any], draft: Draft, changes: Mapping[str, object], *, then: str = "") -> NoReturn:
    """Tell the API, and run the page again with what came of it. `then` is what follows from it, for the organiser."""
    outcome = api().edit(viewer.token, draft.base, dict(changes))
    if not isinstance(outcome, Failure):
        events.renew()
        shelf.remember(viewer, shelf.begin(outcome))
        said.say("good", "Saved", then)
    if outcome.cause is Cause.OUTDATED:
        _take_in(viewer, draft)
    draft.failure = outcome
    st.rerun()
    raise AssertionError("a rerun ends the script")


def _take_in(viewer: Viewer, draft: Draft) -> None:
    """Somebody else saved: their changes come in, and what was typed here stays typed."""
    newest = api().event(viewer.token, str(draft.base.id))
    if isinstance(newest, Failure):
        draft.failure = newest
        st.rerun()
    draft.rebase(newest)
    detail = "Their changes are in the fields now, and what you typed is kept. Look at it once more, then save."
    said.say("warning", "Somebody else has changed this event meanwhile", detail)
