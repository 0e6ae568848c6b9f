"""Making an event without an announcement: a title, a time, and the rest on the page that edits it."""

from datetime import datetime, timedelta

import streamlit as st

from services.dashboard import desk, events, markup
from services.dashboard.announcement.intake import choose_calendar, draw_failure, editable
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.timezones import zone_names


def draw(viewer: Viewer) -> None:
    calendars = editable(viewer)
    with st.container(border=True, key="card_empty_event"):
        markup.draw(Markup('<h2 class="pl-card-title">Start empty</h2>'))
        calendar = choose_calendar(calendars, key="empty_calendar")
        zones = sorted(zone_names())
        with st.form("empty_event", border=False):
            title = st.text_input("Title", max_chars=500, key="empty_title")
            day_column, time_column, zone_column, length_column = st.columns(4)
            day = day_column.date_input("Day; empty: not settled yet", None, format="YYYY-MM-DD", key="empty_day")
            at = time_column.time_input("Time on the clock there", None, step=timedelta(minutes=15), key="empty_time")
            usual = zones.index(calendar.time_zone) if calendar.time_zone in zones else 0
            zone = zone_column.selectbox("Time zone", zones, usual, key="empty_zone")
            minutes = length_column.number_input("Minutes", 1, 60 * 24 * 60, 60, step=5, key="empty_minutes")
            pressed = st.form_submit_button("Make the draft", type="primary", icon=":material/add_circle:")
    if pressed:
        content: dict[str, object] = {"calendar": calendar.slug, "title": title.strip()}
        if day is not None and at is not None:
            start = datetime.combine(day, at).isoformat()
            content |= {"starts_at_local": start, "time_zone": zone, "minutes": int(minutes)}
        _make(viewer, content)


def _make(viewer: Viewer, content: dict[str, object]) -> None:
    outcome = api().create_event(viewer.token, content)
    if isinstance(outcome, Failure):
        draw_failure(outcome)
        return
    events.renew()
    events.open_next(str(outcome.id))
    st.switch_page(desk.EDIT, query_params={events.CHOSEN: str(outcome.id)})
