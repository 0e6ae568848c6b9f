"""The bar above what is typed: what is not saved yet, Save and Discard; and what the API said of the whole."""

from collections.abc import Callable, Mapping

import streamlit as st

from services.dashboard import markup
from services.dashboard.announcement.intake import draw_failure
from services.dashboard.failures import Failure


def draw_bar(changes: Mapping[str, object], names: Mapping[str, str], *, discard: Callable[[], None]) -> bool:
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
