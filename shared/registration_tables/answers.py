"""Answers to an event's questions as cells: what a cell says in the terms of the question, and an answer in words.

What is not understood is given back as it was, so that the rules of answers say what is wrong with it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from shared.schemas.questions import ChoiceFacts, QuestionFacts, QuestionKind
from shared.sheets import folded

_YES = {"en": "yes", "es": "sí", "fr": "oui"}
_NO = {"en": "no", "es": "no", "fr": "non"}
_IS_YES = {"yes", "y", "true", "1", "x", "si", "s", "oui", "o", "vrai", "verdadero", "ja", "sim", "agreed", "ok", "نعم"}
_IS_NO = {"no", "n", "false", "0", "non", "faux", "falso", "nein", "nao", "nee", "لا"}
_BETWEEN_CHOICES = re.compile(r"\s*[;|\n]\s*")
_COMMAS = re.compile(r"\s*,\s*")
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:([.,'’\s\u00a0\u202f])\d{3})*(?:[.,]\d+)?|[+-]?\d+(?:[.,]\d+)?")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?: 0?0:00(?::00)?)?")
# Day 0 of spreadsheets, and the numbers that are days of people's lives there: 1927 to 2119.
_EPOCH = date(1899, 12, 30)
_SERIAL = range(10_000, 80_000)
# What people typed freely can name them, and what they agreed to is between them and the organisers.
_NOT_FOR_VIEWERS = {QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT, QuestionKind.CONSENT}


def is_for_viewers(kind: str) -> bool:
    return kind not in _NOT_FOR_VIEWERS


def known_texts(question: QuestionFacts) -> list[str]:
    """What the column of its answers may be called."""
    labels = [translation.label for translation in question.translations.values() if translation.label]
    return [question.label, question.key, *labels]


def read(question: QuestionFacts, text: str) -> Any:
    """The value that a cell means."""
    reading = _READINGS.get(question.kind)
    return text if reading is None else reading(question, text)


def _choice(question: QuestionFacts, text: str) -> str:
    wanted = folded(text)
    return next((choice.key for choice in question.choices if wanted in _names(question, choice)), text)


def _names(question: QuestionFacts, choice: ChoiceFacts) -> set[str]:
    translated = [translation.choices.get(choice.key) for translation in question.translations.values()]
    return {folded(name) for name in (choice.key, choice.label, *translated) if name}


def _choices(question: QuestionFacts, text: str) -> list[str]:
    """Divided at semicolons, bars or lines; at commas only where the whole is not a choice with a comma in it."""
    parts = [part for part in _BETWEEN_CHOICES.split(text) if part]
    keys = {choice.key for choice in question.choices}
    read = [_choice(question, part) for part in parts]
    if not set(read) <= keys:
        read = [_choice(question, piece) for part in parts for piece in _COMMAS.split(part) if piece]
    return list(dict.fromkeys(read))


def _yes_no(question: QuestionFacts, text: str) -> bool | str:
    word = folded(text)
    return True if word in _IS_YES else False if word in _IS_NO else text


def _number(question: QuestionFacts, text: str) -> int | float | str:
    """1234.5 as it is written in English, Spanish or French; "1.234" is read as the question's bounds allow, or not."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return text
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", text)
    readings = _numbers(plain)
    fitting = [number for number in readings if _is_within(question, number)]
    return fitting[0] if len(fitting) == 1 else readings[0] if len(readings) == 1 else text


def _numbers(plain: str) -> list[int | float]:
    """What it can mean: one number, or two where its only mark can divide thousands as well as decimals."""
    marks = [character for character in plain if character in ".,"]
    if len(set(marks)) == 2:
        whole, decimal = (".", ",") if plain.rfind(",") > plain.rfind(".") else (",", ".")
        return [_as_number(plain.replace(whole, "").replace(decimal, "."))]
    if len(marks) > 1:
        return [_as_number(plain.replace(marks[0], ""))]
    as_decimal = _as_number(plain.replace(",", "."))
    has_three_after = bool(marks) and len(plain.rpartition(marks[0])[2]) == 3
    return [as_decimal, _as_number(plain.replace(marks[0], ""))] if has_three_after else [as_decimal]


def _as_number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def _is_within(question: QuestionFacts, number: float) -> bool:
    above = question.minimum is None or number >= question.minimum
    return above and (question.maximum is None or number <= question.maximum)


def _date(question: QuestionFacts, text: str) -> str:
    """ISO, or day first; "03/04/2026" could be two days and is left as it is. A bare number is a spreadsheet's day."""
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        pass
    if text.isascii() and text.isdecimal() and int(text) in _SERIAL:
        return (_EPOCH + timedelta(days=int(text))).isoformat()
    match = _DAY_FIRST.fullmatch(text)
    if match is None:
        return text
    return _of_two(int(match[1]), int(match[3]), int(match[4]), sure=match[2] == ".") or text


def _of_two(first: int, second: int, year: int, *, sure: bool) -> str | None:
    """Only where one of the numbers cannot be a month, or where the way it is written says which comes first."""
    if first > 12 or sure or first == second:
        day, month = first, second
    elif second > 12:
        day, month = second, first
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


_READINGS: dict[QuestionKind, Callable[[QuestionFacts, str], Any]] = {
    QuestionKind.CHOICE: _choice,
    QuestionKind.CHOICES: _choices,
    QuestionKind.YES_NO: _yes_no,
    QuestionKind.CONSENT: _yes_no,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
}


def shown(question: QuestionFacts, value: Any, *, language: str) -> str | int | float | date | None:
    """An answer as a cell of the organiser's table: choices by their labels, yes and no in the event's language."""
    match value:
        case None:
            return None
        case bool():
            return (_YES if value else _NO).get(language, str(value).lower())
        case int() | float():
            return value
        case list():
            return "; ".join(_label(question, key) for key in value)
        case Mapping():  # An agreement, with the version of its text and its moment.
            return shown(question, value.get("agreed"), language=language)
    return _shown_text(question, str(value))


def _shown_text(question: QuestionFacts, text: str) -> str | date:
    if question.kind == QuestionKind.DATE:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return _label(question, text)


def _label(question: QuestionFacts, key: object) -> str:
    return next((choice.label for choice in question.choices if choice.key == key), str(key))


def headings(questions: Sequence[QuestionFacts]) -> list[str]:
    """The labels; with the key beside them where two are alike."""
    labels = [question.label for question in questions]
    return [
        f"{question.label} ({question.key})" if labels.count(question.label) > 1 else question.label
        for question in questions
    ]
