"""The event's questions as fields in which an organiser enters what somebody answered elsewhere."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from services.dashboard import markup
from services.dashboard.fields import problem, start_with
from shared.schemas.questions import QuestionFacts, QuestionKind

_YES_NO = {True: "Yes", False: "No"}


def draw(
    questions: list[QuestionFacts], key: str, *, given: Mapping[str, Any], wrong: Mapping[str, str]
) -> dict[str, Any]:
    """What is in the fields now, by the question's key; None where nothing is. `given` is what they begin with."""
    typed = {}
    for question in questions:
        typed[question.key] = _field(question, f"{key}_{question.key}", given.get(question.key))
        problem(wrong.get(f"answers.{question.key}", ""))
    return typed


def _field(question: QuestionFacts, key: str, given: Any) -> Any:
    label = markup.label(question.label)
    keys = [choice.key for choice in question.choices]
    names = {choice.key: markup.label(choice.label) for choice in question.choices}
    match question.kind:
        case QuestionKind.CHOICE:
            start_with(key, as_given(question, given))
            return st.selectbox(label, [None, *keys], key=key, format_func=lambda one: names.get(one, "no answer"))
        case QuestionKind.CHOICES:
            start_with(key, as_given(question, given) or [])
            return st.multiselect(label, keys, key=key, format_func=names.__getitem__, placeholder="no answer") or None
        case QuestionKind.YES_NO:
            start_with(key, given)
            return st.selectbox(
                label, [None, True, False], key=key, format_func=lambda one: _YES_NO.get(one, "no answer")
            )
        case QuestionKind.NUMBER:
            return st.number_input(label, value=None, key=start_with(key, _number(given)), format="%g")
        case QuestionKind.DATE:
            day = st.date_input(
                label, value=None, key=start_with(key, date.fromisoformat(given) if given else None),
                min_value=date(1900, 1, 1), max_value=date(2199, 12, 31), format="YYYY-MM-DD",
            )  # fmt: skip
            return day.isoformat() if day else None
        case QuestionKind.CONSENT:
            return st.checkbox(label, key=start_with(key, bool(given and given["agreed"]))) or None
        case QuestionKind.LONG_TEXT:
            return st.text_area(label, key=start_with(key, given or ""), max_chars=5_000).strip() or None
        case _:
            return st.text_input(label, key=start_with(key, given or ""), max_chars=200).strip() or None


def _number(given: Any) -> float | None:
    return float(given) if isinstance(given, int | float) else None


def as_given(question: QuestionFacts, stored: Any) -> Any:
    """A stored answer as its field shows it, to tell what was changed there. Choices taken out since are not shown."""
    keys = [choice.key for choice in question.choices]
    match question.kind:
        case QuestionKind.CONSENT:
            return True if stored and stored["agreed"] else None
        case QuestionKind.NUMBER:
            return _number(stored)
        case QuestionKind.CHOICE:
            return stored if stored in keys else None
        case QuestionKind.CHOICES:
            return [one for one in stored or [] if one in keys] or None
        case _:
            return stored
