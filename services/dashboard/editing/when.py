"""When an event takes place: on the wall clock of its place, with what that is elsewhere."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from services.dashboard import formatting
from services.dashboard.editing.event_draft import EventDraft
from services.dashboard.fields import note, problem_of, start_with, warning
from services.dashboard.formatting import plural
from services.dashboard.live.cards import card
from shared.timezones import is_ambiguous, is_in_gap, zone_names


def draw(draft: EventDraft) -> None:
    card("when", "When it takes place", lambda: _draw(draft))


def _draw(draft: EventDraft) -> None:
    known: datetime | None = draft.typed["starts_at_local"]
    day_column, time_column, zone_column, length_column = st.columns([2, 2, 3, 2])
    with day_column:
        key = start_with(draft.key("day"), known.date() if known else None)
        day = st.date_input("Day", key=key, format="YYYY-MM-DD")
    with time_column:
        key = start_with(draft.key("clock"), known.time().replace(second=0, microsecond=0) if known else None)
        at = st.time_input("Time on the clock there", key=key, step=timedelta(minutes=5))
    with zone_column:
        zones = sorted(zone_names())
        key = start_with(draft.key("time_zone"), draft.typed["time_zone"] or draft.zone)
        zone = st.selectbox("Time zone", zones, key=key)
    with length_column:
        key = start_with(draft.key("minutes"), draft.typed["minutes"] or 60)
        minutes = int(st.number_input("Minutes", min_value=1, max_value=60 * 24 * 60, step=5, key=key))
    if day is not None and at is not None:
        draft.typed |= {"starts_at_local": datetime.combine(day, at), "time_zone": zone, "minutes": minutes}
    for name in ("starts_at_local", "time_zone", "minutes"):
        problem_of(draft, name)
    _explain(draft)


def _explain(draft: EventDraft) -> None:
    local, zone = draft.typed["starts_at_local"], draft.typed["time_zone"]
    if local is None or zone is None:
        note("Without a start the event cannot be published.")
        return
    if is_in_gap(local, zone):
        warning("This time does not exist there: the clock is put forward in that hour. Choose another.")
        return
    if is_ambiguous(local, zone):
        warning("This time exists twice there: the clock is put back in that hour. Choose another.")
        return
    instant = local.replace(tzinfo=ZoneInfo(zone))
    words = f"{formatting.moment_in(instant, zone)}, which is {formatting.clock_time(instant)}"
    viewer = st.context.timezone
    if viewer and not formatting.is_same_clock(instant, zone, viewer):
        words += f"; for you: {formatting.moment_in(instant, viewer)}"
    note(words)
    _warn_of_a_move(draft)


def _warn_of_a_move(draft: EventDraft) -> None:
    event = draft.base
    moved = {"starts_at_local", "time_zone", "minutes"} & set(draft.changes())
    if moved and event.state == "published" and event.registered:
        people = plural(event.registered, "person", "people")
        warning(f"Saving moves the event: {people} with a place get a mail, and their calendars follow.")
