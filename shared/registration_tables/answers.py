"""Answers to an event's questions as cells: what a cell says in the terms of the question, and an answer in words.

What is not understood is given back as it was, so that the rules of answers say what is wrong with it.
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from shared import questions
from shared.models import Question
from shared.schemas.questions import WRITTEN, QuestionKind
from shared.sheets import folded

_IS_YES = {"yes", "y", "true", "1", "x", "si", "s", "oui", "o", "vrai", "verdadero", "ja", "sim", "agreed", "ok", "نعم"}
_IS_NO = {"no", "n", "false", "0", "non", "faux", "falso", "nein", "nao", "nee", "لا"}
_BETWEEN_CHOICES = re.compile(r"\s*[;|\n]\s*")
_COMMAS = re.compile(r"\s*,\s*")
_MOST_WORDS = 40
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:([.,'’\s\u00a0\u202f])\d{3})*(?:[.,]\d+)?|[+-]?\d+(?:[.,]\d+)?")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?: 0?0:00(?::00)?)?")
# Day 0 of spreadsheets, and the numbers that are days of people's lives there: 1927 to 2119.
_EPOCH = date(1899, 12, 30)
_SERIAL = range(10_000, 80_000)
# What people typed freely can name them, and what they agreed to is between them and the organisers.
_NOT_FOR_VIEWERS = {*WRITTEN, QuestionKind.CONSENT}


def is_for_viewers(kind: str) -> bool:
    return kind not in _NOT_FOR_VIEWERS


def known_texts(question: Question) -> list[str]:
    """What the column of its answers may be called."""
    return [question.key, *questions.labels(question)]


def read(question: Question, text: str) -> Any:
    """The value that a cell means."""
    reading = _READINGS.get(QuestionKind(question.kind))
    return text if reading is None else reading(question, text)


def _choice(question: Question, text: str) -> str:
    return _choices_by_name(question).get(folded(text), text)


def _choices_by_name(question: Question) -> dict[str, str]:
    """Folded label, in whatever language, or key → key."""
    translated = [words.get("choices") or {} for words in question.translations.values()]
    labels = {choice["key"]: choice["label"] for choice in question.choices}
    names = [(name, key) for labelled in (labels, *translated) for key, name in labelled.items() if key in labels]
    return {folded(name): key for name, key in [*names, *zip(labels, labels, strict=True)]}


def _choices(question: Question, text: str) -> list[str]:
    """Divided at semicolons, bars or lines, and at commas that are not inside of a choice."""
    by_name = _choices_by_name(question)
    parts = [part for part in _BETWEEN_CHOICES.split(text) if part]
    pieces = [piece for part in parts for piece in _divided(part, by_name)]
    return list(dict.fromkeys(by_name.get(folded(piece), piece) for piece in pieces))


def _divided(text: str, names: Container[str]) -> Iterator[str]:
    """At commas, but "Fish, no meat, vegan" into the longest names there are."""
    words = _COMMAS.split(text, maxsplit=_MOST_WORDS)
    while words:
        lengths = range(len(words), 0, -1)
        length = next((length for length in lengths if folded(" ".join(words[:length])) in names), 1)
        yield ", ".join(words[:length])
        words = words[length:]


def _yes_no(question: Question, text: str) -> bool | str:
    word = folded(text)
    return True if word in _IS_YES else False if word in _IS_NO else text


def _number(question: Question, text: str) -> int | float | str:
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


def _is_within(question: Question, number: float) -> bool:
    above = question.minimum is None or number >= question.minimum
    return above and (question.maximum is None or number <= question.maximum)


def _date(question: Question, text: str) -> str:
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


_READINGS: dict[QuestionKind, Callable[[Question, str], Any]] = {
    QuestionKind.CHOICE: _choice,
    QuestionKind.CHOICES: _choices,
    QuestionKind.YES_NO: _yes_no,
    QuestionKind.CONSENT: _yes_no,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
}


def shown(question: Question, answer: Any, *, language: str) -> str | int | float | date | None:
    """An answer as a cell: in words, but numbers as numbers and days as days, to calculate with."""
    if answer is None:
        return None
    if question.kind == QuestionKind.NUMBER and isinstance(answer, int | float):
        return answer
    if question.kind == QuestionKind.DATE:
        return date.fromisoformat(answer)
    return questions.shown(question, answer, language)


def headings(asked: Sequence[Question]) -> list[str]:
    """The labels; with the key beside them where two are alike."""
    labels = [question.label for question in asked]
    return [
        f"{question.label} ({question.key})" if labels.count(question.label) > 1 else question.label
        for question in asked
    ]
