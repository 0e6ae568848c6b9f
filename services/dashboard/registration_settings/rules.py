"""The cards of rules: how many places, when people can register, how the waiting list moves, what is kept how long."""

from datetime import datetime, timedelta

import streamlit as st

from services.dashboard import formatting
from services.dashboard.fields import note, problem_of, start_with, warning
from services.dashboard.formatting import count, plural
from services.dashboard.registration_settings import hours
from services.dashboard.registration_settings.form import Form
from shared.schemas.stats import Totals

_UNITS = {"minutes": 1, "hours": 60, "days": 60 * 24}
_USUAL_PLACES, _USUAL_HOURS = 100, 24
_LONGEST = 60 * 24 * 60


def draw_places(form: Form, totals: Totals | None) -> None:
    typed = form.typed["places"]
    is_limited = st.toggle("Limit the number of places", key=start_with(form.key("limited"), typed is not None))
    places: int | None = None
    if is_limited:
        key = start_with(form.key("places"), typed if typed is not None else form.base.places or _USUAL_PLACES)
        places = int(st.number_input("Places", min_value=0, max_value=1_000_000, step=1, key=key))
    form.typed["places"] = places
    problem_of(form, "places")
    taken = totals.active if totals else form.base.registered or 0
    _explain_places(places, taken, totals.waitlisted if totals else 0)


def _explain_places(places: int | None, taken: int, waiting: int) -> None:
    if places is not None and taken > places:
        warning(over_sentence(taken - places, places))
        return
    have = f"{count(taken)} {'has' if taken == 1 else 'have'} a place."
    free = waiting if places is None else places - taken
    if waiting and free:
        note(f"{have} {plural(min(waiting, free), 'person', 'people')} of {count(waiting)} waiting will move up.")
    else:
        rest = "Nobody has to wait." if places is None else "Whoever comes when all are taken goes on the waiting list."
        note(f"{have} {rest}")


def over_sentence(over: int, places: int) -> str:
    verb = "has" if over == 1 else "have"
    return (
        f"{count(over)} {verb} a place beyond the {count(places)} there are; nobody is thrown out, and nobody moves up "
        "until it fits."
    )


def draw_hours(form: Form) -> None:
    _draw_moment(form, "registration_opens_at", "Opens", "Empty: as soon as the event is published.")
    _draw_moment(form, "registration_closes_at", "Closes", "Empty: people can register until the event is over.")


def _draw_moment(form: Form, name: str, label: str, when_empty: str) -> None:
    """A day and a time on the event's clock. What was stored to the second stays so until it is changed."""
    shown = _to_minute(hours.wall_clock(form.typed[name], form.zone))
    key = start_with(form.key(name), shown)
    wall = st.datetime_input(label, value=None, key=key, format="YYYY-MM-DD", step=900)
    if wall != shown:
        instant = hours.instant_of(wall, form.zone) if wall else None
        if isinstance(instant, str):
            form.mistakes[name] = instant
        else:
            form.typed[name] = instant
    problem_of(form, name)
    if form.typed[name] is not None and name not in form.mistakes:
        note(hours.words(form.typed[name], form.zone))
    elif not wall:
        note(when_empty)


def _to_minute(wall: datetime | None) -> datetime | None:
    return wall.replace(second=0, microsecond=0) if wall else None


def draw_waiting_list(form: Form) -> None:
    _draw_stop(form)
    typed = form.typed["offer_hours"]
    asks = st.toggle("Ask before giving somebody the place", key=start_with(form.key("asks"), typed is not None))
    if not asks:
        form.typed["offer_hours"] = None
        note("Whoever waited longest has a freed place at once, and is told by mail.")
    else:
        key = start_with(form.key("offer_hours"), typed or form.base.offer_hours or _USUAL_HOURS)
        answer = st.number_input("Hours to take the place", min_value=1, max_value=24 * 30, step=1, key=key)
        form.typed["offer_hours"] = int(answer)
        note(
            f"A freed place is offered by mail and held for {plural(int(answer), 'hour')}; "
            "not taken by then, it goes to the next."
        )
    problem_of(form, "offer_hours")


def _draw_stop(form: Form) -> None:
    number, unit = _in_largest_unit(form.typed["waiting_list_closes_minutes"])
    left, right = st.columns(2, wrap=False)
    with left:
        key = start_with(form.key("stops"), number)
        typed = st.number_input("The list stops", min_value=0, max_value=_LONGEST, step=1, key=key)
    with right:
        chosen = st.selectbox("before the start, in", list(_UNITS), key=start_with(form.key("stops_in"), unit))
    minutes = min(int(typed) * _UNITS[chosen], _LONGEST)
    form.typed["waiting_list_closes_minutes"] = minutes
    problem_of(form, "waiting_list_closes_minutes")
    note(_stop_words(form, minutes))


def _in_largest_unit(minutes: int) -> tuple[int, str]:
    fitting = [(name, size) for name, size in _UNITS.items() if minutes and minutes % size == 0]
    name, size = fitting[-1] if fitting else ("hours", 60)
    return minutes // size, name


def _stop_words(form: Form, minutes: int) -> str:
    if form.base.starts_at is None:
        return "Nobody moves up after that. The start is not settled yet."
    stop = form.base.starts_at - timedelta(minutes=minutes)
    return f"Nobody moves up after {formatting.moment_in(stop, form.zone)}: they could not come any more."


def draw_addresses_and_data(form: Form) -> None:
    verifies = st.toggle(
        "Addresses are verified first", key=start_with(form.key("verifies"), form.typed["verifies_addresses"])
    )
    form.typed["verifies_addresses"] = verifies
    problem_of(form, "verifies_addresses")
    if verifies:
        note("A registration counts once its mail was answered. Not answered within 24 hours, it is forgotten.")
    else:
        note("A registration counts at once.")
    days = st.number_input(
        "Days that personal data is kept after the event",
        min_value=0,
        max_value=3650,
        step=1,
        key=start_with(form.key("retention_days"), form.typed["retention_days"]),
    )
    form.typed["retention_days"] = int(days)
    problem_of(form, "retention_days")
    note(_retention_words(form, int(days)))


def _retention_words(form: Form, days: int) -> str:
    what = "names, addresses and answers are deleted; the numbers stay"
    if form.base.ends_at is None:
        return f"After that, {what}."
    wall = hours.wall_clock(form.base.ends_at + timedelta(days=days), form.zone)
    return f"On {wall:%a %-d %b %Y}, {what}."
