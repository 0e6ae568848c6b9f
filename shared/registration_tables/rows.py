"""From a row of a table to somebody who registers, held to the rules of the API, or to what is wrong with it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared import question_answers
from shared.errors import InvalidInput
from shared.models import Question
from shared.registration_tables import answers, cells
from shared.registration_tables import headings as of
from shared.registration_tables.layout import ANSWERS, Layout, cell_of
from shared.schemas.imports import RemarkKind, RowRemark
from shared.schemas.registrations import Applicant
from shared.sheets import folded
from shared.sheets.formulas import as_it_was

_NAMES = (of.NAME, of.FIRST_NAME, of.LAST_NAME)
_NO_COUNTRY = "is not a country; give its name, or its two letters (ISO 3166), such as ES or BR"
_CANCELLED = "says that this person cancelled"
# Where the check of an address begins to quote it.
_QUOTED = re.compile(r"\s*[:(]")
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>\s]+@[^<>\s]+)>")


@dataclass(frozen=True)
class Candidate:
    row: int
    applicant: Applicant


class RowReader:
    """Reads the rows of one table for one event."""

    def __init__(self, layout: Layout, audiences: Sequence[str], questions: Sequence[Question] = ()) -> None:
        self._read = {field: cell_of(layout, field) for field in layout.columns}
        self._audiences = audiences
        self._questions = [question for question in questions if ANSWERS + question.key in self._read]
        self._readings: dict[str, Callable[[str], str | None]] = {
            of.COUNTRY: cells.country,
            of.LANGUAGE: cells.language,
            of.TIME_ZONE: cells.time_zone,
            of.AUDIENCE: lambda text: cells.one_of(text, audiences),
        }

    def candidate(self, number: int, row: Sequence[str]) -> Candidate | list[RowRemark]:
        """The person, or every reason why the row cannot be used."""
        texts = {field: as_it_was(read(row).strip()) for field, read in self._read.items()}
        if folded(texts.pop(of.STATUS, "")) in of.CANCELLED:
            return [RowRemark(row=number, kind=RemarkKind.CANCELLED, field=of.STATUS, message=_CANCELLED)]
        facts, problems = self._facts(texts)
        problems |= self._answer(facts, texts)
        try:
            applicant = Applicant.model_validate(facts)
        except ValidationError as found:
            errors = found.errors(include_url=False, include_context=False)
            problems = {".".join(map(str, error["loc"][:2])): _message(error) for error in errors} | problems
        if not problems:
            return Candidate(number, applicant)
        return [
            RowRemark(row=number, kind=RemarkKind.WRONG, field=field, message=message)
            for field, message in problems.items()
        ]

    def _facts(self, texts: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        said = {field: text for field, text in texts.items() if text and field not in _NAMES}
        facts: dict[str, Any] = {field: text for field, text in said.items() if not field.startswith(ANSWERS)}
        facts |= {of.NAME: _name(texts), of.ADDRESS: _bare_address(texts[of.ADDRESS]), "consent": True}
        for field, reading in self._readings.items():
            if field in facts:
                facts[field] = reading(facts[field])
        return facts, self._problems(texts, facts)

    def _answer(self, facts: dict[str, Any], texts: dict[str, str]) -> dict[str, str]:
        """Add the answers; what is wrong with them. What is required is not insisted on: organisers need not know."""
        said = [(question, texts[ANSWERS + question.key]) for question in self._questions]
        given = {question.key: answers.read(question, text) for question, text in said if text}
        if not given:
            return {}
        try:
            facts["answers"] = question_answers.check(self._questions, given, insists=False)
        except InvalidInput as flawed:
            return flawed.fields
        return {}

    def _problems(self, texts: dict[str, str], facts: dict[str, Any]) -> dict[str, str]:
        """What the applicant's own rules do not know, or say less well."""
        problems = {}
        if texts.get(of.COUNTRY) and facts[of.COUNTRY] is None:
            problems[of.COUNTRY] = _NO_COUNTRY
        audience = facts.get(of.AUDIENCE)
        if audience is not None and audience not in self._audiences:
            known = ", ".join(self._audiences)
            problems[of.AUDIENCE] = (
                f"is not one of this event's audiences: {known}"
                if known
                else "must be empty: the event has no audiences"
            )
        if not facts[of.NAME]:
            problems[of.NAME] = "is empty"
        if not facts[of.ADDRESS]:
            problems[of.ADDRESS] = "is empty"
        return problems


def _name(texts: dict[str, str]) -> str:
    """The whole name where it stands in one column; else the parts, in the order that is written on a badge."""
    parts = [texts.get(of.FIRST_NAME, ""), texts.get(of.LAST_NAME, "")]
    return texts.get(of.NAME, "") or " ".join(filter(None, parts))


def _bare_address(text: str) -> str:
    """`Ada Lovelace <ada@example.org>` and `mailto:ada@example.org`, as they are copied from mail programs."""
    match = _IN_BRACKETS.fullmatch(text)
    bare = match[1] if match else text
    return bare[len("mailto:") :] if bare.lower().startswith("mailto:") else bare


def _message(error: ErrorDetails) -> str:
    """Without what it quotes: reports are kept, and an address is nobody's business there."""
    message = error["msg"].removeprefix("Value error, ")
    if error["loc"][0] != of.ADDRESS:
        return message
    fact, colon, why = message.partition(": ")
    return fact + colon + _QUOTED.split(why)[0]
