"""The programme: items with minutes in a table, their people in another, and the times that come of it."""

from typing import Any

import streamlit as st

from services.dashboard import formatting, markup
from services.dashboard.api_client import api
from services.dashboard.editing import programme_table
from services.dashboard.editing.event_draft import EventDraft
from services.dashboard.failures import Failure
from services.dashboard.fields import note, problem, problem_of, warning
from services.dashboard.live.cards import card
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.event_copies import ProgrammeTimes

_MANNER, _TABLE, _TEXT = "programme_manner", "As a table", "As text"
_START = "_programme_tables"


def draw(viewer: Viewer, draft: EventDraft) -> None:
    card("programme_edit", "Programme", lambda: _draw_items(draft))
    card("programme_times", "On the clock", lambda: _draw_times(viewer, draft))


def _draw_items(draft: EventDraft) -> None:
    manner = st.segmented_control(
        "Edited", [_TABLE, _TEXT], default=_TABLE, required=True, key=_MANNER, label_visibility="collapsed"
    )
    if manner == _TEXT:
        _draw_text(draft)
    else:
        _draw_tables(draft)
    problem_of(draft, "programme")
    problem_of(draft, "people")


def _draw_text(draft: EventDraft) -> None:
    # What was typed in the tables is in the draft; a table that comes back begins from there.
    st.session_state.pop(_START, None)
    key = draft.key("programme_text")
    if key not in st.session_state:
        st.session_state[key] = programme_table.as_text(draft.typed["programme"])
    typed = st.text_area("One item a line: minutes | title", key=key, height=260)
    draft.typed["programme"] = programme_table.from_text(typed, draft.typed["programme"])
    note("Kinds, days, fixed times and people stay with the titles they belong to; change them in the table.")


def _begin(draft: EventDraft) -> dict[str, Any]:
    """What the tables began with: they count what is typed from there, so it must not move."""
    begun: dict[str, Any] | None = st.session_state.get(_START)
    key = draft.key("programme")
    if begun is None or begun["key"] != key:
        programme, people = draft.typed["programme"], draft.typed["people"]
        begun = {
            "key": key,
            "count": (begun or {}).get("count", 0) + 1,
            "items": programme_table.item_rows(programme),
            "people": programme_table.person_rows(programme, people),
        }
        st.session_state[_START] = begun
        st.session_state.pop(draft.key("programme_text"), None)
    return begun


def _draw_tables(draft: EventDraft) -> None:
    begun = _begin(draft)
    key = f"{begun['key']}_{begun['count']}"
    items = st.data_editor(
        begun["items"] or [_empty_item()],
        key=f"items_{key}",
        num_rows="dynamic",
        hide_index=True,
        column_config=_item_columns(),
        alt="The programme, one item a row. The view “As text” has the same for the keyboard.",
    )
    note("Change the number in front to move an item. A fixed time is for what does not simply follow.")
    people = st.data_editor(
        begun["people"] or [_empty_person()],
        key=f"people_{key}",
        num_rows="dynamic",
        hide_index=True,
        column_config=_person_columns(len(items)),
        alt="People of the programme, one a row, with the number of the item they speak at.",
    )
    note(
        "0 is for people of the whole event, such as a moderator. Addresses are for call sheets, and are shown nowhere."
    )
    draft.typed["programme"] = programme_table.programme_of(items, people)
    draft.typed["people"] = programme_table.people_of(people)


def _empty_item() -> dict[str, Any]:
    return {"order": 1, "title": "", "kind": "other", "minutes": None, "day": 1, "starts_at_clock": None}


def _empty_person() -> dict[str, Any]:
    return {
        "item": 0,
        **dict.fromkeys(programme_table.PERSON, ""),
        "part": "speaker",
        "language": None,
        "time_zone": None,
    }


def _item_columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "order": column.NumberColumn("No.", min_value=1, max_value=999, step=1, width="small"),
        "title": column.TextColumn("Title", max_chars=500, width="large", required=True),
        "kind": column.SelectboxColumn("Kind", options=programme_table.KINDS, default="talk", width="small"),
        "minutes": column.NumberColumn("Minutes", min_value=0, max_value=24 * 60, step=1, width="small"),
        "day": column.NumberColumn("Day", min_value=1, max_value=60, step=1, default=1, width="small"),
        "starts_at_clock": column.TimeColumn("Fixed time", format="HH:mm", width="small"),
    }


def _person_columns(items: int) -> dict[str, Any]:
    column = st.column_config
    return {
        "item": column.NumberColumn("At item", min_value=0, max_value=max(items, 1), step=1, default=0, width="small"),
        "name": column.TextColumn("Name", max_chars=200, required=True),
        "part": column.SelectboxColumn("Part", options=programme_table.PARTS, default="speaker", width="small"),
        "role": column.TextColumn("Role", max_chars=200),
        "organisation": column.TextColumn("Organisation", max_chars=200),
        "city": column.TextColumn("City", max_chars=200),
        "address": column.TextColumn("E-mail address", max_chars=254),
        "language": None,
        "time_zone": None,
    }


def _draw_times(viewer: Viewer, draft: EventDraft) -> None:
    local, zone = draft.typed["starts_at_local"], draft.typed["time_zone"]
    if not draft.typed["programme"]:
        markup.draw(Markup('<p class="pl-empty">Items with minutes get their times here.</p>'))
        return
    if local is None or zone is None:
        note("Set the start under “When”, and the times of the items stand here.")
        return
    found = api().programme_times(
        viewer.token,
        {
            "starts_at_local": local.isoformat(),
            "time_zone": zone,
            "minutes": draft.typed["minutes"],
            "programme": draft.typed["programme"],
        },
    )
    if isinstance(found, Failure):
        problem("; ".join(found.fields.values()) or found.title)
        return
    draw_overrun(found)
    markup.draw(table(found, zone))
    for words in found.notes:
        warning(words)


def draw_overrun(found: ProgrammeTimes) -> None:
    over = found.overrun_minutes
    if over is None:
        return
    if over > 0:
        markup.notice("warning", f"{over} min too long", "Shorten an item, or give the event more minutes.")
    elif over < 0:
        note(f"{-over} min are left at the end.")
    else:
        note("It fills the event exactly.")


def table(found: ProgrammeTimes, zone: str) -> Markup:
    rows = markup.join(
        markup.markup(
            '<tr><td data-name="Time">{time}</td><th scope="row"><bdi>{title}</bdi></th>'
            '<td class="pl-number" data-name="Minutes">{minutes}</td></tr>',
            time=formatting.period_in(item.starts_at, item.ends_at, zone) if item.starts_at else "not known",
            title=item.title,
            minutes=item.minutes if item.minutes is not None else "–",
        )
        for item in found.programme
    )
    return markup.markup(
        '<table class="pl-table"><thead><tr><th scope="col">Time</th><th scope="col">Item</th>'
        '<th scope="col" class="pl-number">Minutes</th></tr></thead><tbody>{rows}</tbody></table>',
        rows=rows,
    )
