"""One question opened: its words, its choices, its bounds and its translations."""

from typing import Any

import streamlit as st

from services.dashboard import markup
from services.dashboard.fields import note, problem, start_with
from services.dashboard.registration_settings import question_drafts
from services.dashboard.registration_settings.form import Form
from services.dashboard.registration_settings.question_drafts import ChoiceDraft, QuestionDraft, kind_name
from shared.schemas.events import EventAnswer
from shared.schemas.questions import QuestionKind
from shared.translations import LANGUAGES, language_name

_LABELS = {QuestionKind.CONSENT: "What people agree to"}
MOST_CHOICES = 100


def draw(form: Form, draft: QuestionDraft, number: int) -> None:
    with st.container(border=True, key=f"card_question_{draft.uid}"):
        _draw_kind(form, draft)
        _draw_words(form, draft, number)
        if draft.has_choices:
            _draw_choices(form, draft, number)
        if draft.has_choices or draft.kind == QuestionKind.NUMBER:
            _draw_bounds(form, draft, number)
        draft.is_required = st.toggle(
            "Must be answered", key=start_with(_key(form, draft, "required"), draft.is_required)
        )
        for language in translatable(form.base):
            _draw_translation(form, draft, language)
        _draw_key(form, draft, number)


def translatable(event: EventAnswer) -> list[str]:
    """The languages that pages and mails are in, besides the one the event is written in."""
    return [language for language in LANGUAGES if language != event.text_language]


def _key(form: Form, draft: QuestionDraft, name: str) -> str:
    return form.key(f"q_{draft.uid}_{name}")


def _draw_kind(form: Form, draft: QuestionDraft) -> None:
    if draft.key is not None:
        note(
            f"{kind_name(draft.kind)}. This stays, because people may have answered; for another kind, add a question."
        )
        return
    kinds = list(QuestionKind)
    key = start_with(_key(form, draft, "kind"), draft.kind)
    draft.kind = st.selectbox("Answered with", kinds, key=key, format_func=kind_name)
    if draft.has_choices and not draft.choices:
        draft.choices = [ChoiceDraft(), ChoiceDraft()]


def _draw_words(form: Form, draft: QuestionDraft, number: int) -> None:
    label = _LABELS.get(draft.kind, "Question")
    draft.label = _text(_key(form, draft, "label"), label, draft.label, most=500)
    _draw_problem(form, draft, number, "label")
    draft.help = _text(_key(form, draft, "help"), "Help beneath it (optional)", draft.help, most=500)
    _draw_problem(form, draft, number, "help")


def _text(key: str, label: str, value: str, *, most: int, **more: Any) -> str:
    return st.text_input(label, key=start_with(key, value), max_chars=most, **more) or ""


def _draw_choices(form: Form, draft: QuestionDraft, number: int) -> None:
    markup.draw(markup.markup('<p class="pl-label">Choices</p>'))
    for at, choice in enumerate(list(draft.choices)):
        _draw_choice(form, draft, choice, at)
    _draw_problem(form, draft, number, "choices")
    st.button(
        "Add a choice",
        key=f"add_choice_{draft.uid}",
        icon=":material/add:",
        on_click=add_choice,
        args=(draft,),
        disabled=len(draft.choices) >= MOST_CHOICES,
    )


def _draw_choice(form: Form, draft: QuestionDraft, choice: ChoiceDraft, at: int) -> None:
    with st.container(key=f"choice_{draft.uid}_{choice.uid}", horizontal=True, vertical_alignment="center", wrap=False):
        name = f"Choice {at + 1}"
        key = _key(form, draft, f"choice_{choice.uid}")
        choice.label = _text(key, name, choice.label, most=200, label_visibility="collapsed", placeholder=name)
        for label, icon, action, disabled in (
            ("Move up", "arrow_upward", raise_choice, at == 0),
            ("Remove", "close", remove_choice, len(draft.choices) == 1),
        ):
            st.button(
                f"{label}: choice {at + 1}",
                key=f"icon_{icon}_{draft.uid}_{choice.uid}",
                icon=f":material/{icon}:",
                help=label,
                disabled=disabled,
                on_click=action,
                args=(draft, choice.uid),
            )


def add_choice(draft: QuestionDraft) -> None:
    draft.choices.append(ChoiceDraft())


def raise_choice(draft: QuestionDraft, uid: str) -> None:
    at = next(number for number, choice in enumerate(draft.choices) if choice.uid == uid)
    draft.choices.insert(max(0, at - 1), draft.choices.pop(at))


def remove_choice(draft: QuestionDraft, uid: str) -> None:
    draft.choices = [choice for choice in draft.choices if choice.uid != uid]


def _draw_bounds(form: Form, draft: QuestionDraft, number: int) -> None:
    if draft.kind == QuestionKind.CHOICE:
        return
    is_number = draft.kind == QuestionKind.NUMBER
    names = ("Smallest number", "Largest number") if is_number else ("Choose at least", "Choose at most")
    for column, field, name in zip(st.columns(2), ("minimum", "maximum"), names, strict=True):
        with column:
            key = start_with(_key(form, draft, field), getattr(draft, field))
            limits: dict[str, Any] = {} if is_number else {"min_value": 0.0, "max_value": 100.0, "step": 1.0}
            typed = st.number_input(name, value=None, key=key, placeholder="no limit", format="%g", **limits)
            setattr(draft, field, typed)
    _draw_problem(form, draft, number, "minimum")
    _draw_problem(form, draft, number, "maximum")


def _draw_translation(form: Form, draft: QuestionDraft, language: str) -> None:
    one = draft.translation(language)
    is_done = bool(one.label.strip())
    icon = ":material/check:" if is_done else ":material/translate:"
    with st.expander(
        f"In {language_name(language, language='en')}", icon=icon, key=_key(form, draft, f"in_{language}")
    ):
        note("What is left empty is shown as you wrote it above.")
        key = _key(form, draft, f"{language}_label")
        one.label = _text(key, "Question", one.label, most=500, placeholder=draft.label)
        if draft.help:
            key = _key(form, draft, f"{language}_help")
            one.help = _text(key, "Help beneath it", one.help, most=500, placeholder=draft.help)
        for at, choice in enumerate(draft.choices if draft.has_choices else []):
            key = _key(form, draft, f"{language}_choice_{choice.uid}")
            typed = one.choices.get(choice.uid, "")
            one.choices[choice.uid] = _text(key, f"Choice {at + 1}", typed, most=200, placeholder=choice.label)


def _draw_key(form: Form, draft: QuestionDraft, number: int) -> None:
    if draft.key is not None:
        note(f"Called “{draft.key}” in exports.")
        return
    draft.wished_key = _text(
        _key(form, draft, "key"),
        "Name in exports (optional)",
        draft.wished_key,
        most=40,
        placeholder=question_drafts.key_of(draft),
        help="Made of the question unless you choose one. It stays, however the question is reworded.",
    )
    _draw_problem(form, draft, number, "key")


def _draw_problem(form: Form, draft: QuestionDraft, number: int, field: str) -> None:
    """Ours once saving was tried, or the API's words."""
    missing = question_drafts.missing(draft) if form.shows_missing else {}
    said = form.failure.fields if form.failure else {}
    names = [
        name
        for name in said
        if name == f"questions.{number}.{field}" or name.startswith(f"questions.{number}.{field}.")
    ]
    whole = f"questions.{number}" if field == "label" else ""
    problem(missing.get(field) or next((said[name] for name in names), said.get(whole, "")))
