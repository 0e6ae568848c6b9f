"""Whom a rule is for, as fields."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from services.dashboard.fields import note, problem, start_with
from services.dashboard.mail.rule_drafts import RuleDraft
from services.dashboard.mail.rule_words import ATTENDANCE_NAMES, PARTICIPATION_NAMES, STATUS_NAMES, to_whom
from shared.schemas.events import EventAnswer
from shared.schemas.mail import Selection
from shared.territories import countries
from shared.translations import LANGUAGES, language_name


def draw(event: EventAnswer, draft: RuleDraft) -> None:
    """Changes the draft's selection to what stands in the fields."""
    if draft.kind == "call-sheet":
        note("Goes to every speaker with an address, in their own language.")
        return
    with st.expander("To whom", icon=":material/group:", key=draft.key("whom"), expanded=bool(draft.selection)):
        if draft.kind == "notice":
            _choose(draft, "statuses", "Standing", list(STATUS_NAMES), _status_name, "with a place")
        if draft.kind != "nudge":
            _draw_about_registrations(event, draft)
        languages = sorted({*LANGUAGES, *event.languages, *draft.selection.get("languages", [])})
        _choose(draft, "languages", "Language they are written to in", languages, _language, "every language")
    words = to_whom(draft.kind, Selection.model_validate(draft.selection))
    note(f"Goes {words}.")
    for name in ("selection", "selection.attendance", "selection.statuses", "selection.audiences"):
        problem(draft.problem(name))


def _draw_about_registrations(event: EventAnswer, draft: RuleDraft) -> None:
    if event.audiences or draft.selection.get("audiences"):
        names = list(dict.fromkeys([*event.audiences, *draft.selection.get("audiences", [])]))
        _choose(draft, "audiences", "Audience", names, str, "every audience")
    known = countries("en")
    _choose(draft, "countries", "Country", list(known), lambda code: known.get(code, code), "every country")
    _choose_attendance(draft)
    names = list(PARTICIPATION_NAMES)
    _choose(draft, "participations", "What their calendar answered", names, _participation_name, "whatever it was")


def _choose(
    draft: RuleDraft, name: str, label: str, offered: Sequence[str], words: Callable[[str], str], placeholder: str
) -> None:
    key = start_with(draft.key(f"select_{name}"), [one for one in draft.selection.get(name, []) if one in offered])
    chosen = st.multiselect(label, offered, key=key, format_func=words, placeholder=placeholder)
    _put(draft, name, list(chosen))


def _choose_attendance(draft: RuleDraft) -> None:
    key = start_with(draft.key("select_attendance"), draft.selection.get("attendance", ""))
    chosen = st.selectbox(
        "Attendance",
        # Streamlit would show None as nothing chosen yet.
        ["", *ATTENDANCE_NAMES],
        key=key,
        format_func=lambda name: ATTENDANCE_NAMES[name] if name else "whether they came or not",
    )
    _put(draft, "attendance", chosen)


def _put(draft: RuleDraft, name: str, value: Any) -> None:
    if value:
        draft.selection[name] = value
    else:
        draft.selection.pop(name, None)


def _status_name(name: str) -> str:
    return STATUS_NAMES[name]


def _participation_name(name: str) -> str:
    return PARTICIPATION_NAMES[name]


def _language(code: str) -> str:
    return language_name(code, language="en")
