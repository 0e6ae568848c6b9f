"""What an organiser has typed on the page of settings: kept until it is saved, whatever happens in between."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import streamlit as st

from services.dashboard.failures import Failure
from services.dashboard.registration_settings import question_drafts
from services.dashboard.registration_settings.question_drafts import QuestionDraft
from shared.schemas.events import EventAnswer

# The API's names of what this page changes, and what they are called on it.
NAMES = {
    "places": "places",
    "registration_opens_at": "when registration opens",
    "registration_closes_at": "when registration closes",
    "waiting_list_closes_minutes": "the end of the waiting list",
    "offer_hours": "time to take a place",
    "verifies_addresses": "verification of addresses",
    "retention_days": "how long data is kept",
    "is_online": "whether people join online",
    "room_url": "the room",
    "room_opens_minutes": "when the room opens",
    "recording_url": "the recording",
    "declining_frees_place": "what declining in a calendar means",
}
_FORMS = "_registration_settings"


@dataclass
class Form:
    """`base` is the event as it was read; `typed` what stands in the fields, in the API's terms.

    `generation` is part of every field's key: it grows when the fields must show something that was not typed.
    """

    base: EventAnswer
    typed: dict[str, Any] = field(default_factory=dict)
    questions: list[QuestionDraft] = field(default_factory=list)
    removed: list[QuestionDraft] = field(default_factory=list)
    opened: str | None = None
    generation: int = 0
    failure: Failure | None = None
    # Whether saving was tried with something missing, so that it is said where.
    shows_missing: bool = False
    # What is wrong with what was typed, found here: field to message. Made anew at each drawing.
    mistakes: dict[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.base.time_zone or self.base.calendar.time_zone

    def key(self, name: str) -> str:
        return f"{name}_{self.base.id}_{self.generation}"

    def problem(self, name: str) -> str:
        """What is wrong with a field, in our words or the API's."""
        said = self.failure.fields if self.failure else {}
        return self.mistakes.get(name) or said.get(name, "")

    def changes(self) -> dict[str, Any]:
        """What the API must be told."""
        changed = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in self.typed.items()
            if value != getattr(self.base, name)
        }
        asked = question_drafts.to_json(self.questions)
        return changed if asked == _asked(self.base) else changed | {"questions": asked}


def _asked(event: EventAnswer) -> list[dict[str, Any]]:
    return question_drafts.to_json(drafts_of(event))


def drafts_of(event: EventAnswer) -> list[QuestionDraft]:
    return [question_drafts.from_facts(question) for question in event.questions]


def begin(event: EventAnswer, *, generation: int = 0) -> Form:
    typed = {name: getattr(event, name) for name in NAMES}
    return keep(Form(event, typed, drafts_of(event), generation=generation))


def keep(form: Form) -> Form:
    st.session_state.setdefault(_FORMS, {})[str(form.base.id)] = form
    return form


def held(event_id: str) -> Form | None:
    """What was typed in this tab before, also after a look at another page."""
    forms: Mapping[str, Form] = st.session_state.get(_FORMS, {})
    return forms.get(event_id)


def rebase(form: Form, newest: EventAnswer) -> None:
    """Somebody else saved: their changes come in, and what was typed here stays typed."""
    for name in NAMES:
        if form.typed.get(name) == getattr(form.base, name):
            form.typed[name] = getattr(newest, name)
    _rebase_questions(form, newest)
    form.base, form.failure = newest, None
    form.generation += 1


def _rebase_questions(form: Form, newest: EventAnswer) -> None:
    theirs = drafts_of(newest)
    if question_drafts.to_json(form.questions) == _asked(form.base):
        form.questions, form.removed = theirs, []
        return
    known = {question.key for question in form.base.questions} | {draft.key for draft in form.questions}
    form.questions += [draft for draft in theirs if draft.key not in known]
