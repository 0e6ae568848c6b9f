"""Correcting one registration: name, address, where somebody is from, the language of the mails, the answers."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from services.dashboard import markup
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import problem
from services.dashboard.registrations import answer_fields, said
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer
from shared.schemas.registrations import RegistrationDetail
from shared.translations import LANGUAGES, language_name

_FAILURE = "_correcting_failure"
_FIELDS = {"name", "address", "organisation", "city", "language", "answers"}
_MOVED = "The mail of their place is on its way to the new address. The old one is told nothing."


def draw(viewer: Viewer, event: EventAnswer, person: RegistrationDetail) -> None:
    """Streamlit keeps what is typed until it is saved: a refusal loses nothing."""
    failure = _failure_of(person)
    wrong = failure.fields if failure else {}
    with st.expander("Correct what stands here", icon=":material/edit:", key=f"correct_{person.id}"):
        typed = _typed(person, wrong)
        changes: dict[str, Any] = {name: value for name, value in typed.items() if value != getattr(person, name)}
        answers = _changed_answers(event, person, wrong)
        if answers:
            changes["answers"] = answers
        if failure and not {name.partition(".")[0] for name in wrong} & _FIELDS:
            markup.notice("problem", failure.title, failure.detail)
        is_ready = bool(changes and typed["name"] and typed["address"])
        pressed = st.button("Save the correction", key="save_correction", icon=":material/save:", disabled=not is_ready)
    if pressed and is_ready:
        _save(viewer, person, changes)


def _failure_of(person: RegistrationDetail) -> Failure | None:
    held = st.session_state.get(_FAILURE)
    return held[1] if held and held[0] == person.id else None


def _typed(person: RegistrationDetail, wrong: Mapping[str, str]) -> dict[str, str | None]:
    left, right = st.columns(2)
    key = str(person.id)
    with left:
        name = _text("Name", person.name, f"correct_name_{key}", wrong.get("name", ""))
        problem("" if name else "A name is needed.")
        city = _text("City", person.city, f"correct_city_{key}", wrong.get("city", ""))
        address = _text(
            "Correct the address", person.address, f"correct_address_{key}", wrong.get("address", ""), most=254
        )
        problem("" if address else "An address is needed.")
    with right:
        organisation = _text(
            "Organisation", person.organisation, f"correct_organisation_{key}", wrong.get("organisation", "")
        )
        languages = sorted({*LANGUAGES, person.language}, key=lambda code: code != person.language)
        language = st.selectbox(
            "Language of their mails",
            languages,
            key=f"correct_language_{key}",
            format_func=lambda code: language_name(code, language="en"),
        )
    return {"name": name, "address": address, "organisation": organisation, "city": city, "language": language}


def _text(label: str, value: str | None, key: str, wrong: str, *, most: int = 200) -> str | None:
    typed = st.text_input(label, value or "", key=key, max_chars=most).strip()
    problem(wrong)
    return typed or None


def _changed_answers(event: EventAnswer, person: RegistrationDetail, wrong: Mapping[str, str]) -> dict[str, Any]:
    typed = answer_fields.draw(event.questions, f"correct_answer_{person.id}", given=person.answers, wrong=wrong)
    before = {one.key: answer_fields.as_given(one, person.answers.get(one.key)) for one in event.questions}
    return {key: value for key, value in typed.items() if value != before[key]}


def _save(viewer: Viewer, person: RegistrationDetail, changes: Mapping[str, Any]) -> None:
    outcome = api().correct(viewer.token, str(person.id), changes)
    if isinstance(outcome, Failure):
        st.session_state[_FAILURE] = (person.id, outcome)
        st.rerun()
    st.session_state.pop(_FAILURE, None)
    said.good("Corrected", _MOVED if "address" in changes else "")
