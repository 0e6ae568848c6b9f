"""The page "Edit event": content, time, programme, publishing; one Save for all of it."""

import streamlit as st

from services.dashboard import event_page, events, markup, said
from services.dashboard.api_client import api
from services.dashboard.desk import Desk
from services.dashboard.editing import content, event_draft, programme, publishing, when
from services.dashboard.editing.event_draft import NAMES, EventDraft
from services.dashboard.failures import Cause, Failure
from services.dashboard.saving import draw_bar, draw_failure_whole
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary

_PART, _PARTS = "part", ("Content", "When", "Programme", "Publish")
_KEY = "editing_part"


def draw(laid: Desk) -> None:
    event = event_page.begin(laid, "Edit event")
    if event is None:
        return
    if not laid.viewer.may_edit_on(event.calendar.id):
        markup.notice("note", "You can look, not write", "Ask an owner of the calendar to make you an editor.")
        return
    draft = _draft(laid.viewer, event)
    if isinstance(draft, Failure):
        detail = draft.detail if not draft.is_passing else "Load the page again in a moment."
        markup.notice("problem", draft.title, detail)
        return
    _draw(laid.viewer, draft)


def _draft(viewer: Viewer, event: EventSummary) -> EventDraft | Failure:
    """What was typed here before; else the event as it is now."""
    held = event_draft.held(str(event.id))
    if held is not None and held.changes():
        return held
    answer = api().event(viewer.token, str(event.id))
    if isinstance(answer, Failure):
        return held or answer
    if held is None:
        return event_draft.begin(answer)
    if held.base.version != answer.version:
        held.rebase(answer)
    return held


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
        pressed = draw_bar(changes, NAMES, discard=lambda: _discard(draft))
    if pressed:
        _save(viewer, draft, changes)


def _choose_part() -> str:
    if _KEY not in st.session_state:
        wish = st.query_params.get(_PART, "").capitalize()
        st.session_state[_KEY] = wish if wish in _PARTS else _PARTS[0]
    part: str = st.segmented_control("Part", _PARTS, key=_KEY, required=True, label_visibility="collapsed") or _PARTS[0]
    st.query_params[_PART] = part.lower()
    return part


def _discard(draft: EventDraft) -> None:
    event_draft.begin(draft.base, generation=draft.generation + 1)


def _save(viewer: Viewer, draft: EventDraft, changes: dict[str, object]) -> None:
    outcome = api().edit(viewer.token, draft.base, changes)
    draft.failure = None
    if not isinstance(outcome, Failure):
        events.renew()
        event_draft.begin(outcome, generation=draft.generation + 1)
        said.say("good", "Saved")
    if outcome.cause is not Cause.OUTDATED:
        draft.failure = outcome
        st.rerun()
    newest = api().event(viewer.token, str(draft.base.id))
    if isinstance(newest, Failure):
        draft.failure = newest
        st.rerun()
    draft.rebase(newest)
    detail = "Their changes are in the fields now, and what you typed is kept. Look at it once more, then save."
    said.say("warning", "Somebody else has changed this event meanwhile", detail)
