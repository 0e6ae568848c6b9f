"""For whom a preview is drawn: a made-up reader, or somebody who has registered."""

import streamlit as st

from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note
from services.dashboard.mail.previews import reader_of
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer

_MOST = 10
_NOT_REGISTERED = {"invitation", "nudge", "call-sheet"}


def choose(viewer: Viewer, event: EventAnswer, kind: str) -> tuple[str, str] | None:
    """None: a made-up reader. Only mails to people who registered can be seen as one of them."""
    if kind in _NOT_REGISTERED:
        return None
    with st.expander("For whom", icon=":material/person_search:", key=f"reader_{event.id}"):
        search = st.text_input(
            "Look for somebody", key=f"reader_search_{event.id}", type="search", max_chars=200,
            placeholder="A name, or how an address begins",
        )  # fmt: skip
        found = _find(viewer, event, search or "")
        chosen = st.selectbox(
            "Shown for", ["", *found], key=f"reader_chosen_{event.id}",
            format_func=lambda key: found[key] if key else "a made-up reader",
        )  # fmt: skip
    return reader_of(kind, chosen) if chosen else None


def _find(viewer: Viewer, event: EventAnswer, search: str) -> dict[str, str]:
    if not search.strip():
        return {}
    wish = {"search": search.strip(), "limit": str(_MOST)}
    page = api().registrations(viewer.token, str(event.id), wish)
    if isinstance(page, Failure):
        note(page.title)
        return {}
    if not page.registrations:
        note("Nobody like that.")
    return {str(row.id): f"{row.name} · {row.address}" for row in page.registrations}
