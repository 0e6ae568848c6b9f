"""What people answer: held against the questions, and kept with the texts they agreed to."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from shared import clock, questions
from shared.consents import NotedTexts
from shared.errors import InvalidInput
from shared.models import Event, Question
from shared.schemas.fields import clean_line, clean_text
from shared.schemas.questions import QuestionKind

FIELD = "answers."
SHORT, LONG = 200, 5_000
# What JSON, spreadsheets and the database all hold exactly.
_LARGEST_NUMBER = 1e15
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class FlawKind(StrEnum):
    MISSING = "missing"
    NOT_AGREED = "not-agreed"
    UNKNOWN = "unknown"
    RETIRED = "retired"
    NOT_TEXT = "not-text"
    LONG = "long"
    CHARACTERS = "characters"
    NOT_A_CHOICE = "not-a-choice"
    NOT_CHOICES = "not-choices"
    FEW = "few"
    MANY = "many"
    NOT_YES_OR_NO = "not-yes-or-no"
    NOT_A_NUMBER = "not-a-number"
    SMALL = "small"
    LARGE = "large"
    NOT_A_DATE = "not-a-date"


_MESSAGES = {
    FlawKind.MISSING: "is required; answer it",
    FlawKind.NOT_AGREED: "is required; register only if you agree, with true",
    FlawKind.UNKNOWN: "is no question of this event; read the event for what it asks",
    FlawKind.RETIRED: "is not asked any more; leave it out",
    FlawKind.NOT_TEXT: "must be text",
    FlawKind.LONG: "is longer than {limit} characters; shorten it",
    FlawKind.CHARACTERS: "contains control characters, or line breaks where there can be none; remove them",
    FlawKind.NOT_A_CHOICE: "must be the key of a choice: {known}",
    FlawKind.NOT_CHOICES: "must be a list of the keys of choices: {known}",
    FlawKind.FEW: "needs at least {limit} choices",
    FlawKind.MANY: "takes at most {limit} choices",
    FlawKind.NOT_YES_OR_NO: "must be true or false",
    FlawKind.NOT_A_NUMBER: "must be a number, not longer than 15 digits",
    FlawKind.SMALL: "must be at least {limit}",
    FlawKind.LARGE: "must be at most {limit}",
    FlawKind.NOT_A_DATE: "must be a date as in 2027-03-31 (year, month, day)",
}


class Flaw(Exception):
    """Why an answer cannot be taken. `values` are what the message names: `limit`, `known`."""

    def __init__(self, kind: FlawKind, **values: Any) -> None:
        super().__init__(kind)
        self.kind, self.values = kind, values

    @property
    def message(self) -> str:
        return _MESSAGES[self.kind].format(**self.values)


def check(
    asked: Sequence[Question], given: Mapping[str, Any], *, insists: bool, before: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    """The answers there are now: what was given, cleaned, beside what stood there before.

    None takes an answer back. What stays as it was is taken even where nobody could answer so any more. `asked` are
    all questions of the event, retired ones too; `insists`: whether what is required must be answered. Consents come
    out as true or false, to be `signed`. Raises InvalidInput with a message for each question.
    """
    answers, found = _read(asked, given, before, insists=insists)
    if found:
        fields = {FIELD + key: flaw.message for key, flaw in found.items()}
        raise InvalidInput("The answers could not be taken: see the fields.", fields=fields)
    return answers


def flaws(
    asked: Sequence[Question], given: Mapping[str, Any], *, before: Mapping[str, Any] = _NOTHING
) -> dict[str, Flaw]:
    """Why the answers of somebody who is asked cannot be taken, by key, in the order of the questions."""
    found = _read(asked, given, before, insists=True)[1]
    return {question.key: found[question.key] for question in asked if question.key in found}


def _read(
    asked: Sequence[Question], given: Mapping[str, Any], before: Mapping[str, Any], *, insists: bool
) -> tuple[dict[str, Any], dict[str, Flaw]]:
    answers, found = dict(before), {}
    known = {question.key: question for question in asked}
    for key, value in given.items():
        try:
            answers[key] = _taken(known.get(key), value, before.get(key))
        except Flaw as flaw:
            found[key] = flaw
    answers = {key: answer for key, answer in answers.items() if answer is not None}
    if insists:
        found = _missing(asked, answers) | found
    return answers, found


def _taken(question: Question | None, value: Any, before: Any) -> Any:
    """The answer to store; None for none. Raises Flaw."""
    if before is not None and value == before:
        return before
    if question is None:
        raise Flaw(FlawKind.UNKNOWN)
    if value is None or value == "" or value == []:
        return None
    if question.retired_at is not None:
        raise Flaw(FlawKind.RETIRED)
    return _READERS[QuestionKind(question.kind)](question, value, before)


def _missing(asked: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Flaw]:
    found = {}
    for question in asked:
        if question.is_required and question.retired_at is None:
            answer = answers.get(question.key)
            if question.kind == QuestionKind.CONSENT and (answer is None or not questions.is_yes(answer)):
                found[question.key] = Flaw(FlawKind.NOT_AGREED)
            elif answer is None:
                found[question.key] = Flaw(FlawKind.MISSING)
    return found


def _short_text(question: Question, value: Any, before: Any) -> str | None:
    return _text(value, SHORT, clean_line)


def _long_text(question: Question, value: Any, before: Any) -> str | None:
    return _text(value, LONG, clean_text)


def _text(value: Any, limit: int, clean: Callable[[str], str]) -> str | None:
    """What is much too long is not even cleaned; a line break that a browser sends as two characters counts once."""
    if not isinstance(value, str):
        raise Flaw(FlawKind.NOT_TEXT)
    if len(value) > 2 * limit:
        raise Flaw(FlawKind.LONG, limit=limit)
    try:
        cleaned = clean(value)
    except ValueError:
        raise Flaw(FlawKind.CHARACTERS) from None
    if len(cleaned) > limit:
        raise Flaw(FlawKind.LONG, limit=limit)
    return cleaned or None


def _choice(question: Question, value: Any, before: Any) -> str:
    keys = _keys(question)
    if not isinstance(value, str) or value not in keys:
        raise Flaw(FlawKind.NOT_A_CHOICE, known=", ".join(keys))
    return value


def _choices(question: Question, value: Any, before: Any) -> list[str]:
    """In the order in which they are offered. Who took one before it was taken out may keep it."""
    held = before if isinstance(before, list) else []
    offered = _keys(question)
    keys = offered + [key for key in held if key not in offered]
    if not isinstance(value, list) or any(not isinstance(one, str) or one not in keys for one in value):
        raise Flaw(FlawKind.NOT_CHOICES, known=", ".join(offered))
    chosen = [key for key in keys if key in value]
    if question.minimum is not None and len(chosen) < question.minimum:
        raise Flaw(FlawKind.FEW, limit=plain(question.minimum))
    if question.maximum is not None and len(chosen) > question.maximum:
        raise Flaw(FlawKind.MANY, limit=plain(question.maximum))
    return chosen


def _keys(question: Question) -> list[str]:
    return [choice["key"] for choice in question.choices]


def _yes_no(question: Question, value: Any, before: Any) -> bool:
    if not isinstance(value, bool):
        raise Flaw(FlawKind.NOT_YES_OR_NO)
    return value


def _consent(question: Question, value: Any, before: Any) -> Any:
    """Who agreed already goes on agreeing to the text that stood there then."""
    agreed = _yes_no(question, value, before)
    return before if before is not None and questions.is_yes(before) == agreed else agreed


def _number(question: Question, value: Any, before: Any) -> int | float:
    # A number that is none (NaN) is not smaller than the largest either.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST_NUMBER:
        raise Flaw(FlawKind.NOT_A_NUMBER)
    if question.minimum is not None and value < question.minimum:
        raise Flaw(FlawKind.SMALL, limit=plain(question.minimum))
    if question.maximum is not None and value > question.maximum:
        raise Flaw(FlawKind.LARGE, limit=plain(question.maximum))
    return plain(value)


def plain(number: float) -> int | float:
    """3 rather than 3.0."""
    return int(number) if number == int(number) else number


def _date(question: Question, value: Any, before: Any) -> str:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Flaw(FlawKind.NOT_A_DATE)
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Flaw(FlawKind.NOT_A_DATE) from None


_READERS: dict[QuestionKind, Callable[[Question, Any, Any], Any]] = {
    QuestionKind.SHORT_TEXT: _short_text,
    QuestionKind.LONG_TEXT: _long_text,
    QuestionKind.CHOICE: _choice,
    QuestionKind.CHOICES: _choices,
    QuestionKind.YES_NO: _yes_no,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
    QuestionKind.CONSENT: _consent,
}


def signed(event: Event, answers: Mapping[str, Any], *, language: str | None, texts: NotedTexts) -> dict[str, Any]:
    """With each new consent as it is kept: agreed or not, to which version of the text, when.

    `language` is the one that the person read; None where an organiser says what somebody agreed to elsewhere.
    """
    consents = {question.key: question for question in event.questions if question.kind == QuestionKind.CONSENT}
    kept = dict(answers)
    for key in consents.keys() & answers.keys():
        if isinstance(answers[key], bool):
            kept[key] = _signature(event, consents[key], agreed=answers[key], language=language, texts=texts)
    return kept


def _signature(
    event: Event, question: Question, *, agreed: bool, language: str | None, texts: NotedTexts
) -> dict[str, Any]:
    if language is None:
        return {"agreed": agreed, "version": None, "at": None}
    help_text = questions.explanation(question, language)
    text = questions.label(question, language) + (f"\n{help_text}" if help_text else "")
    spoken = language if questions.is_translated(question, language) else event.text_language
    return {"agreed": agreed, "version": texts.note(text, spoken), "at": clock.now().isoformat()}
