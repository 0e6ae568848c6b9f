"""What an organiser has typed on the page of settings: kept until it is saved, whatever happens in between."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.dashboard.drafts import Draft, Shelf
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


@dataclass
class Form(Draft):
    """With the event's questions, which are edited one by one."""

    questions: list[QuestionDraft] = field(default_factory=list)
    removed: list[QuestionDraft] = field(default_factory=list)
    opened: str | None = None
    # Whether saving was tried with something missing, so that it is said where.
    shows_missing: bool = False

    def changes(self) -> dict[str, Any]:
        changed = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in super().changes().items()
        }
        asked = question_drafts.to_json(self.questions)
        return changed if asked == _asked(self.base) else changed | {"questions": asked}

    def rebase(self, newest: EventAnswer) -> None:
        _rebase_questions(self, newest)
        super().rebase(newest)


def _asked(event: EventAnswer) -> list[dict[str, Any]]:
    return question_drafts.to_json(drafts_of(event))


def drafts_of(event: EventAnswer) -> list[QuestionDraft]:
    return [question_drafts.from_facts(question) for question in event.questions]


def _begin(event: EventAnswer, generation: int) -> Form:
    typed = {name: getattr(event, name) for name in NAMES}
    return Form(event, typed, generation=generation, questions=drafts_of(event))


shelf = Shelf[Form]("registration_settings", _begin)


def _rebase_questions(form: Form, newest: EventAnswer) -> None:
    theirs = drafts_of(newest)
    if question_drafts.to_json(form.questions) == _asked(form.base):
        form.questions, form.removed = theirs, []
        return
    known = {question.key for question in form.base.questions} | {draft.key for draft in form.questions}
    form.questions += [draft for draft in theirs if draft.key not in known]
