"""Inviting people: a list is pasted or uploaded, tried first, and then sent."""

from typing import Any

import streamlit as st

from services.dashboard import events, markup
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.fields import note, problem, title
from services.dashboard.formatting import plural
from services.dashboard.invitations import lists, pages, report
from services.dashboard.viewer import Viewer
from shared.errors import PlenaryError
from shared.schemas.events import EventSummary
from shared.schemas.invitations import InvitationReport
from shared.translations import LANGUAGES, language_name

_TRIED, _DONE, _ROUND = "_invitations_tried", "_invitations_done", "_invitations_round"
_MEBIBYTES = 20


def draw(viewer: Viewer, event: EventSummary) -> None:
    zone = event.time_zone or event.calendar.time_zone
    done: InvitationReport | None = st.session_state.get(_DONE)
    if done is not None:
        _draw_done(done, zone)
        return
    with st.container(border=True, key="card_invite"):
        markup.draw(title("Invite people"))
        note("Addresses in any form: lines, lists, names with brackets, CSV. Nobody is mailed before you have looked.")
        file, pasted = _fields()
        language = _language(event)
        text, wrong = _text(file, pasted)
        problem(wrong)
        pressed = st.button("Look at the list", key="try_invitations", type="primary", icon=":material/fact_check:")
    if pressed and not wrong:
        _try(viewer, event, text, language)
    tried = st.session_state.get(_TRIED)
    if not tried or tried[0][0] != event.id:
        return
    if tried[0] == (event.id, text, language):
        _draw_tried(viewer, event, text, language, tried[1], zone)
    else:
        markup.notice("note", "The list has changed since you looked at it", "Look at it once more, then invite.")


def _key(name: str) -> str:
    """Fields of the next list are new ones, since drawn ones cannot be emptied."""
    return f"invite_{name}_{st.session_state.get(_ROUND, 0)}"


def _fields() -> tuple[Any, str]:
    pasted = st.text_area(
        "Paste addresses",
        key=_key("text"),
        height=180,
        placeholder="Ada Lovelace <ada@example.org>; bob@example.org\ngrace@example.org",
    )
    file = st.file_uploader(
        "Or upload a list", ["txt", "csv", "tsv", "xlsx"], key=_key("file"), max_upload_size=_MEBIBYTES
    )
    return file, pasted or ""


def _language(event: EventSummary) -> str:
    offered = sorted(LANGUAGES, key=lambda code: code not in event.languages[:1])
    return st.selectbox(
        "Language they are written to in",
        offered,
        key=_key("language"),
        format_func=lambda code: language_name(code, language="en"),
    )


def _text(file: Any, pasted: str) -> tuple[str, str]:
    """The list, and what is wrong with it."""
    try:
        uploaded = lists.text_of(file.getvalue()) if file is not None else ""
    except PlenaryError as unreadable:
        return "", unreadable.message
    text = "\n".join(part for part in (pasted.strip(), uploaded.strip()) if part)
    return text, lists.refusal(text)


def _try(viewer: Viewer, event: EventSummary, text: str, language: str) -> None:
    if not text:
        problem("Paste addresses, or upload a list, first.")
        return
    with st.spinner("Reading the list …"):
        outcome = api().invite(viewer.token, str(event.id), text, language=language, is_trial=True)
    st.session_state[_TRIED] = ((event.id, text, language), outcome)


def _draw_tried(
    viewer: Viewer, event: EventSummary, text: str, language: str, outcome: InvitationReport | Failure, zone: str
) -> None:
    if isinstance(outcome, Failure):
        unreachable = "Nobody was invited. The list is kept; try again in a moment."
        detail = unreachable if outcome.cause is Cause.UNREACHABLE else outcome.detail
        markup.notice("problem", outcome.title, " ".join([detail, *outcome.fields.values()]))
        return
    with st.container(border=True, key="card_invite_report"):
        report.draw(outcome, zone)
        if not outcome.new:
            note("There is nobody new in this list.")
            return
        label = f"Invite {plural(outcome.new, 'person', 'people')}"
        if st.button(label, key="invite_now", type="primary", icon=":material/send:"):
            _invite(viewer, event, text, language)


def _invite(viewer: Viewer, event: EventSummary, text: str, language: str) -> None:
    with st.spinner("Inviting …"):
        outcome = api().invite(viewer.token, str(event.id), text, language=language, is_trial=False)
    if isinstance(outcome, Failure):
        unsure = "Some may be invited already. Send the same list again: nobody is invited twice."
        detail = unsure if outcome.cause is Cause.UNREACHABLE else outcome.detail
        markup.notice("problem", outcome.title, detail)
        return
    st.session_state[_DONE] = outcome
    pages.LIST.renew()
    events.renew()
    st.rerun()


def _draw_done(done: InvitationReport, zone: str) -> None:
    markup.notice("good", f"{plural(done.new, 'person is', 'people are')} invited", "The list shows what they answer.")
    with st.container(border=True, key="card_invite_report"):
        report.draw(done, zone)
    st.button("Invite more", key="invite_more", icon=":material/outgoing_mail:", on_click=_begin_again)


def _begin_again() -> None:
    for name in (_TRIED, _DONE):
        st.session_state.pop(name, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
