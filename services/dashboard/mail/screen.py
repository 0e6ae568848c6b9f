"""The page itself: how the mail is, the rules, the rehearsal and the texts."""

import streamlit as st

from services.dashboard import event_page, said
from services.dashboard.desk import Desk
from services.dashboard.live import actions
from services.dashboard.mail import entries, overview, refusals, rehearsing, rule_list, texts, unreachable
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary

OVERVIEW, RULES, REHEARSAL, TEXTS = "overview", "rules", "rehearsal", "texts"
_VIEWS = {OVERVIEW: "How it goes", RULES: "Rules", REHEARSAL: "Rehearsal", TEXTS: "Texts"}
_ICONS = {
    OVERVIEW: ":material/monitor_heart:",
    RULES: ":material/schedule_send:",
    REHEARSAL: ":material/playlist_play:",
    TEXTS: ":material/edit_note:",
}
_VIEW = "mail_view"


def draw(laid: Desk) -> None:
    event = event_page.begin(laid, "Mail")
    if event is None:
        return
    view = _choose_view()
    if view != REHEARSAL:
        rehearsing.forget()
    said.draw()
    _DRAWN[view](laid.viewer, event)


def _choose_view() -> str:
    """Kept in the address: a link leads to the rules, and a browser that forgets its choice does not lose it."""
    if st.session_state.get(_VIEW) not in _VIEWS:
        st.session_state[_VIEW] = _in_address()
    with st.container(key="mail_bar", horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            list(_VIEWS),
            required=True,
            key=_VIEW,
            format_func=lambda key: f"{_ICONS[key]} {_VIEWS[key]}",
            label_visibility="collapsed",
        )
        chosen = view or _in_address()
        if chosen == OVERVIEW:
            actions.switch("Pause updates", "live", "The numbers stay as they are until you switch this off.")
    st.query_params["view"] = chosen
    return chosen


def _in_address() -> str:
    wish = st.query_params.get("view", OVERVIEW)
    return wish if wish in _VIEWS else OVERVIEW


def _draw_overview(viewer: Viewer, event: EventSummary) -> None:
    may_edit = viewer.may_edit_on(event.calendar.id)
    overview.draw(viewer, event)
    unreachable.draw(viewer, event, may_edit=may_edit)
    if may_edit:
        entries.draw(viewer, event)
    refusals.draw(viewer, event, sees_addresses=may_edit)


_DRAWN = {OVERVIEW: _draw_overview, RULES: rule_list.draw, REHEARSAL: rehearsing.draw, TEXTS: texts.draw}
