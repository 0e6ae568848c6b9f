"""Making a calendar, for operators and owners."""

import streamlit as st

from services.dashboard import said, viewer
from services.dashboard.announcement.intake import draw_failure
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.viewer import Viewer
from shared.timezones import zone_names
from shared.translations import LANGUAGES, language_name


def draw(looking: Viewer) -> None:
    with st.expander("Make a new calendar", icon=":material/calendar_add_on:"), st.form("new_calendar", border=False):
        left, right = st.columns(2)
        title = left.text_input("Title", max_chars=200, help="What people see above its events.")
        organisation = right.text_input("Organisation", max_chars=200, help="Who publishes it; the title if left out.")
        zone = left.selectbox("Time zone", sorted(zone_names()), index=sorted(zone_names()).index("UTC"))
        language = right.selectbox(
            "Language", sorted(LANGUAGES), format_func=lambda code: language_name(code, language="en")
        )
        if st.form_submit_button("Make it", type="primary", icon=":material/add:"):
            _make(looking, title=title, organisation=organisation or None, time_zone=zone, language=language)


def _make(looking: Viewer, **facts: object) -> None:
    outcome = api().create_calendar(looking.token, facts)
    if isinstance(outcome, Failure):
        draw_failure(outcome)
        return
    viewer.forget()
    said.say("good", f"“{outcome.title}” is there", "You own it. Add the others who work on it.")
