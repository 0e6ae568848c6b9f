"""The questions in their order: each a row that can be moved, opened and taken out."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from services.dashboard import markup
from services.dashboard.fields import note, problem_of
from services.dashboard.formatting import plural
from services.dashboard.markup import Markup
from services.dashboard.registration_settings import question_drafts, question_editor
from services.dashboard.registration_settings.form import Form
from services.dashboard.registration_settings.question_drafts import ChoiceDraft, QuestionDraft, kind_name
from shared.schemas.questions import WITH_CHOICES, QuestionKind

MOST = 50


def draw(form: Form) -> None:
    if not form.questions:
        note("Name, e-mail address, organisation and city are asked anyway. Add what else you need to know.")
    problem_of(form, "questions")
    for number, draft in enumerate(list(form.questions)):
        _draw_row(form, draft, number)
        if form.opened == draft.uid:
            question_editor.draw(form, draft, number)
    _draw_removed(form)
    _draw_adding(form)


def _draw_row(form: Form, draft: QuestionDraft, number: int) -> None:
    is_open = form.opened == draft.uid
    with st.container(key=f"question_row_{draft.uid}", horizontal=True, vertical_alignment="center", gap="small"):
        markup.draw(_summary(draft, number + 1, _has_problem(form, draft, number)))
        with st.container(key=f"question_buttons_{draft.uid}", horizontal=True, width="content", gap="small"):
            last = len(form.questions) - 1
            _icon("Move up", "arrow_upward", draft.uid, partial(move, form, draft.uid, -1), disabled=number == 0)
            _icon("Move down", "arrow_downward", draft.uid, partial(move, form, draft.uid, 1), disabled=number == last)
            _icon("Take out", "delete", draft.uid, partial(take_out, form, draft.uid))
            st.button(
                "Close" if is_open else "Edit",
                key=f"edit_{draft.uid}",
                icon=":material/expand_less:" if is_open else ":material/edit:",
                on_click=_toggle,
                args=(form, draft.uid),
            )


def _icon(label: str, icon: str, uid: str, action: Callable[[], None], *, disabled: bool = False) -> None:
    """A button that shows its icon only; its name is there for those who hear the page."""
    name = label.lower().replace(" ", "_")
    st.button(
        label, key=f"icon_{name}_{uid}", icon=f":material/{icon}:", help=label, disabled=disabled, on_click=action
    )


def _summary(draft: QuestionDraft, number: int, has_problem: bool) -> Markup:
    parts = [kind_name(draft.kind), "required" if draft.is_required else "optional"]
    if draft.has_choices:
        parts.append(plural(sum(bool(choice.label.strip()) for choice in draft.choices), "choice"))
    if draft.key is None:
        parts.append("new")
    return markup.markup(
        '<div class="pl-question"><span>{number}</span><div><b class="{tone}">{label}</b><small>{facts}{wrong}</small>'
        "</div></div>",
        number=number,
        tone="" if draft.label.strip() else "pl-missing",
        label=draft.label.strip() or "Not written yet",
        facts=" · ".join(parts),
        wrong=Markup(' · <em class="pl-text-wrong">! to correct</em>') if has_problem else Markup(),
    )


def _has_problem(form: Form, draft: QuestionDraft, number: int) -> bool:
    said = form.failure.fields if form.failure else {}
    prefix = f"questions.{number}"
    is_refused = any(name == prefix or name.startswith(prefix + ".") for name in said)
    return is_refused or bool(form.shows_missing and question_drafts.missing(draft))


def _draw_removed(form: Form) -> None:
    for draft in form.removed:
        with st.container(key=f"removed_{draft.uid}", horizontal=True, vertical_alignment="center"):
            markup.draw(
                markup.markup(
                    '<p class="pl-note"><s>{label}</s> is not asked any more once you save. '
                    "Answers given so far stay in the exports.</p>",
                    label=draft.label,
                )
            )
            st.button("Put back", key=f"put_back_{draft.uid}", icon=":material/undo:", on_click=put_back,
                      args=(form, draft.uid))  # fmt: skip


def _draw_adding(form: Form) -> None:
    if len(form.questions) >= MOST:
        note(f"An event asks at most {MOST} questions.")
        return
    with st.container(key="add_question_row", horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Add a question, answered with", list(QuestionKind), key=form.key("add_kind"), format_func=kind_name
        )
        st.button("Add", key="add_question", icon=":material/add:", type="primary", on_click=add, args=(form, kind))


def add(form: Form, kind: QuestionKind) -> None:
    choices = [ChoiceDraft(), ChoiceDraft()] if kind in WITH_CHOICES else []
    draft = QuestionDraft(kind=kind, choices=choices, is_required=kind == QuestionKind.CONSENT)
    form.questions.append(draft)
    form.opened = draft.uid


def move(form: Form, uid: str, by: int) -> None:
    at = _place_of(form, uid)
    to = max(0, min(len(form.questions) - 1, at + by))
    form.questions.insert(to, form.questions.pop(at))


def take_out(form: Form, uid: str) -> None:
    draft = form.questions.pop(_place_of(form, uid))
    # One that was never saved is simply gone.
    if draft.key is not None or draft.label.strip():
        form.removed.append(draft)


def put_back(form: Form, uid: str) -> None:
    found = next(draft for draft in form.removed if draft.uid == uid)
    form.removed.remove(found)
    form.questions.append(found)


def _toggle(form: Form, uid: str) -> None:
    form.opened = None if form.opened == uid else uid


def _place_of(form: Form, uid: str) -> int:
    return next(number for number, draft in enumerate(form.questions) if draft.uid == uid)
