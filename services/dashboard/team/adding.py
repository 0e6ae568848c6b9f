"""Asking somebody to work on a calendar."""

import streamlit as st

from services.dashboard import markup, said
from services.dashboard.announcement.intake import draw_failure
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.markup import Markup
from services.dashboard.team.words import ROLES
from services.dashboard.viewer import Viewer
from shared.schemas.sessions import CalendarRole


def draw(looking: Viewer, calendar: CalendarRole) -> None:
    with st.container(border=True, key="card_add_member"):
        markup.draw(
            Markup(
                '<h2 class="pl-card-title">Ask somebody to work here</h2><p class="pl-empty">Who has never signed in '
                "gets a mail with a link to choose a password.</p>"
            )
        )
        with st.form("add_member", border=False):
            left, middle, right = st.columns([3, 3, 2])
            name = left.text_input("Name", max_chars=200, key="new_member_name")
            address = middle.text_input("E-mail address", max_chars=254, key="new_member_address")
            role = right.selectbox("Role", list(ROLES), index=1, format_func=ROLES.__getitem__, key="new_member_role")
            pressed = st.form_submit_button("Add", type="primary", icon=":material/person_add:")
        if pressed:
            _add(looking, calendar, name=name, address=address, role=role)


def _add(looking: Viewer, calendar: CalendarRole, *, name: str, address: str, role: str) -> None:
    outcome = api().add_member(looking.token, calendar.slug, name=name, address=address, role=role)
    if isinstance(outcome, Failure):
        draw_failure(outcome)
        return
    for key in ("new_member_name", "new_member_address"):
        st.session_state.pop(key, None)
    mailed = "" if outcome.has_signed_in else "A mail with a link to choose a password is on its way."
    said.say("good", f"{outcome.name} works on this calendar now", mailed)
