"""Setting when a draft starts: a day, a clock, a place and a length, as the wall shows them there."""

from datetime import date, datetime, time

import streamlit as st

from shared import clock
from shared.schemas.events import EventAnswer
from shared.timezones import zone_names


def draw(event: EventAnswer) -> dict[str, object] | None:
    """The changes to make when the button was pressed. Open beforehand where the start cannot stay as it is."""
    is_over = event.starts_at is not None and event.starts_at < clock.now()
    with st.expander("Set another start", icon=":material/edit_calendar:", expanded=is_over or not event.time_text):
        day, at = _choose_moment(event)
        zone, minutes = _choose_place_and_length(event)
        pressed = st.button("Save this start", key="save_start", icon=":material/save:")
    if not pressed or day is None or at is None:
        return None
    return {"starts_at_local": datetime.combine(day, at).isoformat(), "time_zone": zone, "minutes": minutes}


def _choose_moment(event: EventAnswer) -> tuple[date | None, time | None]:
    known = event.starts_at_local
    left, right = st.columns(2)
    with left:
        day = st.date_input("Day", known.date() if known else None, key=f"day_{event.id}", format="YYYY-MM-DD")
    with right:
        at = st.time_input("Time on the clock there", known.time() if known else None, key=f"time_{event.id}", step=900)
    return day, at


def _choose_place_and_length(event: EventAnswer) -> tuple[str, int]:
    zones = sorted(zone_names())
    usual = event.time_zone or event.calendar.time_zone
    left, right = st.columns(2)
    with left:
        index = zones.index(usual) if usual in zones else 0
        zone = st.selectbox("Time zone", zones, index, key=f"zone_{event.id}")
    with right:
        minutes = st.number_input(
            "Minutes", min_value=1, max_value=60 * 24 * 60, value=event.minutes or 60, key=f"minutes_{event.id}"
        )
    return zone, int(minutes)
