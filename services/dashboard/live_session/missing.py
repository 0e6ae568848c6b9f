"""Asking those who have a place and have not joined."""

import streamlit as st

from services.dashboard import asking, markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.formatting import count, moment_in
from services.dashboard.live_session import snapshot
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary


def draw(viewer: Viewer, event: EventSummary, *, may_edit: bool) -> None:
    """Drawn with the page, not with its numbers: a button under the finger stays where it is."""
    screen = snapshot.session.shown(str(event.id))
    if not may_edit or screen is None or screen.snapshot.phase not in {"doors", "on"}:
        return
    now = screen.snapshot
    with st.container(border=True, key="card_missing"):
        markup.draw(Markup('<h2 class="pl-card-title">Those who are missing</h2>'))
        words = now.why_not or "A mail leaves at once, with their link on top, in their language."
        markup.draw(markup.markup('<p class="pl-note">{words}</p>', words=words))
        if now.reminded_at:
            at = moment_in(now.reminded_at, event.time_zone or "UTC")
            markup.draw(markup.markup('<p class="pl-note">Asked last: {at}</p>', at=at))
        is_possible = now.may_remind and screen.trouble is None
        with st.container(key="missing_buttons", horizontal=True):
            if st.button(
                "Remind them …", key="remind", icon=":material/notifications_active:", disabled=not is_possible
            ):
                asking.ask("remind", event.id)
            st.button("Look again", key="look_again", icon=":material/refresh:", on_click=snapshot.session.renew)
    if asking.is_open("remind", event.id):
        _ask(viewer, event, now.not_joined)


@st.dialog("Remind those who have not joined?", icon=":material/notifications_active:", on_dismiss=asking.put_away)
def _ask(viewer: Viewer, event: EventSummary, number: int) -> None:
    st.write(f"{count(number)} people with a place have not come through their link. Who came another way gets it too.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Leave them", key="leave_them", on_click=asking.put_away):
            st.rerun()
        if st.button("Remind them", key="really_remind", type="primary"):
            asking.put_away()
            outcome = api().remind_missing(viewer.token, str(event.id))
            if isinstance(outcome, Failure):
                said.fail(outcome)
            snapshot.session.renew()
            said.say("good", f"{count(outcome.recipients)} mails are leaving", "See Mail for how they go.")
