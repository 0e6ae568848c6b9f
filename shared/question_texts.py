"""Answers read from text, as people type them into a form or keep them in a spreadsheet."""

import re
from collections.abc import Callable
from typing import Any

from babel.numbers import NumberFormatError, format_decimal, parse_decimal

from shared import questions
from shared.models import Question
from shared.moments import formats
from shared.question_answers import plain
from shared.schemas.questions import QuestionKind

_BETWEEN = re.compile(r"[;|\n]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,15})?")
_SPACE_WITHIN = re.compile(r"(?<=\d)\s(?=\d)")
# A spreadsheet gives a day as its first moment.
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(:00)?")
_YES = {"yes", "y", "true", "1", "x", "sí", "si", "verdadero", "oui", "o", "vrai", "ja", "sim"}
_NO = {"no", "n", "false", "0", "falso", "non", "faux", "nein", "não", "nao"}


def read(question: Question, text: str, language: str) -> Any:
    """What the text says as an answer: keys for the labels of choices in any language, numbers as the language writes
    them. None where it says nothing; the text itself where it cannot be read, for `question_answers` to say why."""
    text = text.strip()
    return _READERS[QuestionKind(question.kind)](question, text, language) if text else None


def write(question: Question, answer: Any, language: str) -> str:
    """The text that is read as this answer again; a choice by its key, a number as the language writes it."""
    if answer is None:
        return ""
    if question.kind in {QuestionKind.YES_NO, QuestionKind.CONSENT}:
        return questions.YES if questions.is_yes(answer) else questions.NO
    if question.kind == QuestionKind.NUMBER:
        form = formats(language)
        return str(format_decimal(answer, locale=form, group_separator=False, decimal_quantization=False))
    return "; ".join(answer) if isinstance(answer, list) else str(answer)


def _as_it_is(question: Question, text: str, language: str) -> str:
    return text


def _choice(question: Question, text: str, language: str) -> str:
    return _keys(question).get(text.casefold(), text)


def _choices(question: Question, text: str, language: str) -> list[str]:
    """Several stand between semicolons, or lines; between commas where that leaves nothing but choices."""
    keys = _keys(question)
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if any(part.casefold() not in keys for part in parts):
        smaller = [part.strip() for part in text.split(",") if part.strip()]
        parts = smaller if all(part.casefold() in keys for part in smaller) else parts
    return [keys.get(part.casefold(), part) for part in parts]


def _keys(question: Question) -> dict[str, str]:
    """By each text that a choice is known by; a key is one too, and comes before a label that reads the same."""
    found: dict[str, str] = {}
    for language in [*question.translations, ""]:
        words = questions.choice_labels(question, language)
        found |= {label.casefold(): key for key, label in words.items()}
    return found | {choice["key"]: choice["key"] for choice in question.choices}


def _yes_or_no(question: Question, text: str, language: str) -> bool | str:
    folded = text.casefold()
    return folded in _YES if folded in _YES | _NO else text


def _number(question: Question, text: str, language: str) -> int | float | str:
    """As the language writes it, with separators where they belong; or with a point or a comma before the fraction."""
    joined = _SPACE_WITHIN.sub("", text)
    try:
        return plain(float(parse_decimal(joined, locale=formats(language), strict=True)))
    except (NumberFormatError, OverflowError, ValueError):
        return plain(float(joined.replace(",", "."))) if _PLAIN_NUMBER.fullmatch(joined) else text


def _date(question: Question, text: str, language: str) -> str:
    match = _MIDNIGHT.fullmatch(text)
    return match[1] if match else text


_READERS: dict[QuestionKind, Callable[[Question, str, str], Any]] = {
    QuestionKind.SHORT_TEXT: _as_it_is,
    QuestionKind.LONG_TEXT: _as_it_is,
    QuestionKind.CHOICE: _choice,
    QuestionKind.CHOICES: _choices,
    QuestionKind.YES_NO: _yes_or_no,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
    QuestionKind.CONSENT: _yes_or_no,
}
