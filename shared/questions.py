"""The questions of an event: what an organiser writes becomes rows, and rows turn answers into words people read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from sqlalchemy import select
from sqlalchemy.orm import object_session

from shared import clock
from shared.errors import InvalidInput
from shared.models import Event, EventTally, Question, Registration
from shared.moments import formats
from shared.schemas.questions import WITH_CHOICES, QuestionFacts, QuestionKind, QuestionTranslation
from shared.translations import translations

# The tally that counts the answers to one question; its value ANSWERED counts whoever answered at all.
_DIMENSION = "question:"
ANSWERED = "*"
YES, NO = "yes", "no"
# Those with so few possible answers that each is counted.
COUNTED = {QuestionKind.CHOICE, QuestionKind.CHOICES, QuestionKind.YES_NO, QuestionKind.CONSENT}


def asked(event: Event) -> list[Question]:
    """Those that are asked now, in order."""
    if not event.has_questions:
        return []
    found = [question for question in event.questions if question.retired_at is None]
    return sorted(found, key=lambda question: question.position)


def put(event: Event, wanted: Sequence[QuestionFacts]) -> None:
    """Ask these, in this order. What was answered and is left out is retired, so that the answers keep their meaning.

    Raises InvalidInput where two share a key, or where one that was answered would become another kind.
    """
    if len({facts.key for facts in wanted}) != len(wanted):
        raise InvalidInput("Two questions share a key.", fields={"questions": "need a key of their own each"})
    known, answered = {question.key: question for question in event.questions}, _answered(event)
    for position, facts in enumerate(wanted):
        question = known.pop(facts.key, None)
        if question is None:
            question = Question(key=facts.key, kind=facts.kind, choices=[], retired_choices=[])
            event.questions.append(question)
        _write(question, facts, position, answered.get(facts.key, set()))
    for left_out in known.values():
        _retire(event, left_out, is_answered=left_out.key in answered)
    event.has_questions = bool(wanted)


def _answered(event: Event) -> dict[str, set[str]]:
    """What the registrations there are, cancelled ones too, have answered: the values that are counted, by key."""
    session = object_session(event)
    if session is None or not event.questions:
        return {}
    query = select(EventTally.dimension, EventTally.value).where(
        EventTally.event_id == event.id, EventTally.dimension.startswith(_DIMENSION), EventTally.count > 0
    )
    found: dict[str, set[str]] = {}
    for tally, value in session.execute(query):
        found.setdefault(tally.removeprefix(_DIMENSION), set()).add(value)
    return found


def _write(question: Question, facts: QuestionFacts, position: int, answered: set[str]) -> None:
    if question.kind != facts.kind and answered:
        raise InvalidInput(
            f"The question “{facts.key}” was answered as {question.kind} already. Give the new one a key of its own.",
            fields={"questions": f"{facts.key} cannot become {facts.kind}"},
        )
    kept = {choice.key for choice in facts.choices}
    earlier = question.choices + question.retired_choices
    question.retired_choices = [one for one in earlier if one["key"] in answered and one["key"] not in kept]
    for name, value in facts.model_dump(mode="json", exclude={"key"}).items():
        setattr(question, name, value)
    question.position, question.retired_at = position, None


def _retire(event: Event, question: Question, *, is_answered: bool) -> None:
    if is_answered:
        question.retired_at = question.retired_at or clock.now()
    else:
        event.questions.remove(question)


def behind(registrations: Iterable[Registration]) -> Sequence[Question]:
    """The questions, retired ones too, that registrations of one event answer. Looks only where somebody answered."""
    return next((one.event.questions for one in registrations if one.answers), ())


def dimension(key: str) -> str:
    return _DIMENSION + key


def counted(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where the answers of one registration are counted: the dimension of the tally, and the value in it."""
    found = []
    for question in questions:
        answer = answers.get(question.key)
        if answer is not None:
            values = [ANSWERED, *_values(question, answer)]
            found += [(dimension(question.key), value) for value in values]
    return found


def _values(question: Question, answer: Any) -> list[str]:
    if question.kind not in COUNTED:
        return []
    if question.kind in WITH_CHOICES:
        return list(answer) if isinstance(answer, list) else [answer]
    return [YES if is_yes(answer) else NO]


def is_yes(answer: Any) -> bool:
    """Of a yes-no question, or of a consent, which is kept with what was agreed to."""
    return bool(answer["agreed"] if isinstance(answer, dict) else answer)


def label(question: Question, language: str) -> str:
    """In that language where the organiser translated it, in the event's own otherwise. So is what follows."""
    return _translation(question, language).label or question.label


def explanation(question: Question, language: str) -> str | None:
    return _translation(question, language).help or question.help


def choice_labels(question: Question, language: str) -> dict[str, str]:
    """By key, in order, those that were taken out too. A yes-no question and a consent have the two one expects."""
    if question.kind not in WITH_CHOICES:
        return yes_and_no(language)
    translated = _translation(question, language).choices
    choices = question.choices + question.retired_choices
    return {choice["key"]: translated.get(choice["key"], choice["label"]) for choice in choices}


def yes_and_no(language: str) -> dict[str, str]:
    _ = translations(language).gettext
    return {YES: _("Yes"), NO: _("No")}


def is_translated(question: Question, language: str) -> bool:
    return bool(_translation(question, language).label)


def _translation(question: Question, language: str) -> QuestionTranslation:
    return QuestionTranslation.model_construct(
        **{"label": None, "help": None, "choices": {}} | question.translations.get(language.partition("-")[0], {})
    )


def labels(question: Question) -> list[str]:
    """Every text the question is known by, in whatever language."""
    translated = [words.get("label") for words in question.translations.values()]
    return list(dict.fromkeys([question.label, *filter(None, translated)]))


def shown(question: Question, answer: Any, language: str) -> str:
    """A stored answer in the words people read; "" where there is none. `answers[key]` itself is what machines read."""
    if answer is None:
        return ""
    if question.kind in COUNTED:
        known = choice_labels(question, language)
        return "; ".join(known.get(value, value) for value in _values(question, answer))
    if question.kind == QuestionKind.NUMBER:
        return str(format_decimal(answer, locale=formats(language), decimal_quantization=False))
    if question.kind == QuestionKind.DATE:
        return str(format_date(date.fromisoformat(answer), "long", locale=formats(language)))
    return str(answer)
