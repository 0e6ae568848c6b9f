"""The page "Edit event": content, time, programme, publishing; one Save for all of it."""

import streamlit as st

from services.dashboard import event_page, markup, said
from services.dashboard.desk import Desk
from services.dashboard.editing import content, programme, publishing, when
from services.dashboard.editing.event_draft import NAMES, EventDraft, shelf
from services.dashboard.failures import Failure
from services.dashboard.saving import draw_bar, draw_failure_whole, draw_not_read, save
from services.dashboard.viewer import Viewer

_PART, _PARTS = "part", ("Content", "When", "Programme", "Publish")
_KEY = "editing_part"


def draw(laid: Desk) -> None:
    event = event_page.begin(laid, "Edit event")
    if event is None:
        return
    if not laid.viewer.may_edit_on(event.calendar.id):
        markup.notice("note", "You can look, not write", "Ask an owner of the calendar to make you an editor.")
        return
    draft = shelf.current(laid.viewer, str(event.id))
    if isinstance(draft, Failure):
        draw_not_read(draft)
        return
    _draw(laid.viewer, draft)


def _draw(viewer: Viewer, draft: EventDraft) -> None:
    said.draw()
    # Drawn last, when it is known what is typed; and first on the page, where it is seen.
    bar = st.container(key="save_bar", horizontal=True, vertical_alignment="center")
    trouble = st.container(key="save_trouble")
    part = _choose_part()
    if part == "Content":
        content.draw(draft)
    elif part == "When":
        when.draw(draft)
    elif part == "Programme":
        programme.draw(viewer, draft)
    changes = draft.changes()
    if part == "Publish":
        publishing.draw(viewer, draft.base, is_saved=not changes)
    with trouble:
        if draft.failure:
            draw_failure_whole(draft.failure, NAMES)
    with bar:
        pressed = draw_bar(changes, NAMES, discard=lambda: shelf.begin(draft.base))
    shelf.remember(viewer, draft)
    if pressed:
        save(viewer, shelf, draft, changes)


def _choose_part() -> str:
    if _KEY not in st.session_state:
        wish = st.query_params.get(_PART, "").capitalize()
        st.session_state[_KEY] = wish if wish in _PARTS else _PARTS[0]
    part: str = st.segmented_control("Part", _PARTS, key=_KEY, required=True, label_visibility="collapsed") or _PARTS[0]
    st.query_params[_PART] = part.lower()
    return part
