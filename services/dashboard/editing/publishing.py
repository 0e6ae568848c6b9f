"""The state of an event: publishing, postponing, calling off; copies, and drafts thrown away."""

import streamlit as st

from services.dashboard import asking, desk, events, markup, said
from services.dashboard.announcement.intake import draw_failure
from services.dashboard.api_client import api
from services.dashboard.editing.event_draft import shelf
from services.dashboard.failures import Failure
from services.dashboard.fields import note, title, warning
from services.dashboard.formatting import plural
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer

_VERBS = {"cancel": "Call the event off", "postpone": "Take the date back"}
_EXPORT = "_announcement_export"


def draw(viewer: Viewer, event: EventAnswer, *, is_saved: bool) -> None:
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, key="card_state"):
        markup.draw(title("State"))
        _draw_state(viewer, event, is_saved=is_saved)
    with right, st.container(border=True, key="card_more"):
        markup.draw(title("More"))
        _draw_more(viewer, event)


def _draw_state(viewer: Viewer, event: EventAnswer, *, is_saved: bool) -> None:
    missing = _missing(event)
    if event.state in {"draft", "postponed"}:
        for words in missing:
            warning(words)
        if not is_saved:
            note("Save what you typed first.")
        if st.button("Publish", type="primary", icon=":material/campaign:", disabled=bool(missing) or not is_saved):
            _conclude(api().publish(viewer.token, str(event.id)), "The event is published")
    if event.state != "draft":
        st.link_button("Public page", event.url, icon=":material/open_in_new:")
    if event.state == "published" and not event.is_over:
        with st.container(horizontal=True, key="state_buttons"):
            if st.button("Postpone …", icon=":material/event_upcoming:"):
                asking.ask("postpone", event.id)
            if st.button("Cancel the event …", icon=":material/event_busy:"):
                asking.ask("cancel", event.id)
    for verb in _VERBS:
        if asking.is_open(verb, event.id):
            _ask_for_a_reason(viewer, event, verb)
    if event.state == "cancelled":
        note(f"Cancelled{': ' + event.state_reason if event.state_reason else ''}.")


def _missing(event: EventAnswer) -> list[str]:
    """What stands in the way of publishing, as far as it can be seen here; the API has the last word."""
    doubts = [remark.message for remark in event.remarks if remark.weight == "doubt"]
    start = [] if event.starts_at_local else ["It has no start yet: see “When”."]
    return [*start, *doubts]


@st.dialog("Tell everybody?", icon=":material/campaign:", on_dismiss=asking.put_away)
def _ask_for_a_reason(viewer: Viewer, event: EventAnswer, verb: str) -> None:
    people = plural(event.registered or 0, "person has", "people have")
    st.write(f"{_VERBS[verb]}: {people} a place and will be told by mail; calendars follow.")
    reason = st.text_area("Why, in your words; it stands in the mail", key=f"reason_{verb}", max_chars=500)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Leave it as it is", on_click=asking.put_away):
            st.rerun()
        if st.button(_VERBS[verb], key=f"really_{verb}", type="primary"):
            asking.put_away()
            _conclude(api().change_state(viewer.token, str(event.id), verb, reason), "Everybody is being told")


def _conclude(outcome: EventAnswer | Failure, words: str) -> None:
    if isinstance(outcome, Failure):
        said.fail(outcome)
    events.renew()
    shelf.begin(outcome)
    said.say("good", words)


def _draw_more(viewer: Viewer, event: EventAnswer) -> None:
    with st.container(horizontal=True, key="more_buttons"):
        if st.button("Make another like it", icon=":material/content_copy:"):
            _copy(viewer, event)
        if st.button("As an announcement", icon=":material/description:"):
            outcome = api().announcement(viewer.token, str(event.id))
            if isinstance(outcome, Failure):
                said.fail(outcome)
            st.session_state[_EXPORT] = (str(event.id), outcome)
        if event.state == "draft" and st.button("Delete this draft …", icon=":material/delete:"):
            asking.ask("delete", event.id)
    held = st.session_state.get(_EXPORT)
    if held and held[0] == str(event.id):
        note("To be pasted elsewhere, as Markdown.")
        st.code(held[1], language=None, wrap_lines=True, height=260)
    if asking.is_open("delete", event.id):
        _ask_whether_to_delete(viewer, event)
    st.page_link(desk.REGISTRATION, label="Places, hours, questions, room", icon=":material/tune:")
    st.page_link(desk.MAIL, label="What is mailed when, with preview and rehearsal", icon=":material/mail:")


def _copy(viewer: Viewer, event: EventAnswer) -> None:
    outcome = api().copy_event(viewer.token, str(event.id), {})
    if isinstance(outcome, Failure):
        draw_failure(outcome)
        return
    events.renew()
    events.open_next(str(outcome.id))
    said.say("good", "The copy is a draft", "It has no date yet. Room, recording and people's addresses were left out.")


@st.dialog("Delete this draft?", icon=":material/delete:", on_dismiss=asking.put_away)
def _ask_whether_to_delete(viewer: Viewer, event: EventAnswer) -> None:
    st.text(event.title)
    st.write("Nobody can bring it back.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep_draft", on_click=asking.put_away):
            st.rerun()
        if st.button("Delete", key="really_delete", type="primary"):
            failed = api().delete_event(viewer.token, str(event.id))
            asking.put_away()
            if failed:
                said.fail(failed)
            events.renew()
            events.open_next(None)
            said.say("good", "The draft is deleted")
