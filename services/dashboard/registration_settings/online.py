"""The card "Online": the room that join links lead to, when it opens, the recording, and what declining means."""

from datetime import timedelta

import streamlit as st

from services.dashboard import formatting
from services.dashboard.fields import note, problem_of, start_with, warning
from services.dashboard.formatting import plural
from services.dashboard.registration_settings.form import Form

_A_DAY = 24 * 60


def draw(form: Form) -> None:
    is_online = st.toggle(
        "People join online, each through a link of their own",
        key=start_with(form.key("is_online"), form.typed["is_online"]),
    )
    form.typed["is_online"] = is_online
    problem_of(form, "is_online")
    left, right = st.columns(2, gap="medium")
    with left:
        if is_online:
            _draw_room(form)
        else:
            note("Nobody gets a join link; mail and calendar entries name the place instead.")
    with right:
        _draw_address(form, "recording_url", "Recording (optional)", "https://videos.example.org/…")
        note("Stands in the follow-up, and where the join link led, once the event is over.")
        _draw_declining(form)


def _draw_room(form: Form) -> None:
    _draw_address(form, "room_url", "Address of the room", "https://meet.example.org/…")
    if form.typed["room_url"]:
        note("It stands on no public page and in no mail: join links lead there. Changing it needs no new mail.")
    else:
        warning("Join links lead nowhere yet. It can be set at any time before the start; no new mail is needed.")
    minutes = st.number_input(
        "Minutes before the start at which the room opens",
        min_value=0,
        max_value=_A_DAY,
        step=5,
        key=start_with(form.key("room_opens_minutes"), form.typed["room_opens_minutes"]),
    )
    form.typed["room_opens_minutes"] = int(minutes)
    problem_of(form, "room_opens_minutes")
    note(f"Who comes before {_opening(form, int(minutes))} sees how long it takes, on their own clock.")


def _opening(form: Form, minutes: int) -> str:
    if form.base.starts_at is None:
        return f"{plural(minutes, 'minute')} before the start" if minutes else "the start"
    return formatting.moment_in(form.base.starts_at - timedelta(minutes=minutes), form.zone)


def _draw_address(form: Form, name: str, label: str, placeholder: str) -> None:
    key = start_with(form.key(name), form.typed[name] or "")
    typed = st.text_input(label, key=key, max_chars=2000, placeholder=placeholder) or ""
    form.typed[name] = typed.strip() or None
    problem_of(form, name)


def _draw_declining(form: Form) -> None:
    frees = st.toggle(
        "Declining in a calendar gives the place back",
        key=start_with(form.key("declining_frees_place"), form.typed["declining_frees_place"]),
    )
    form.typed["declining_frees_place"] = frees
    problem_of(form, "declining_frees_place")
    if frees:
        note("They are told by mail, with a way to undo it, and whoever waits longest moves up.")
    else:
        note("Whoever declines is counted, and keeps the place until they cancel.")
