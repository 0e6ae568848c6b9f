"""The event's questions on a page: in the reader's words, with what was typed, read back from the form."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from babel.numbers import NumberFormatError, format_decimal, parse_decimal

from services.api.pages.forms import Form, Typed
from services.api.pages.reader import Reader
from services.api.pages.texts import N_, Phrase, Remark
from shared import questions
from shared.models import Event, Question, Registration
from shared.question_answers import FIELD, Flaw, FlawKind, flaws, plain
from shared.schemas.questions import WITH_CHOICES, QuestionKind

_YES_OR_NO = {questions.YES: True, questions.NO: False}
_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,15})?")
_NUMERIC = re.compile(r"[\d.,'’ \u00a0\u202f+-]+")
_SPACE_WITHIN = re.compile(r"(?<=\d)\s(?=\d)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|")
# More are easier to find in a list that opens.
_MOST_BUTTONS = 7
_NOT_A_CHOICE = N_("Choose from what is offered.")
_TEXTS = {
    FlawKind.MISSING: N_("Please answer this."),
    FlawKind.NOT_AGREED: N_("Tick this box if you agree: without it you cannot register."),
    FlawKind.LONG: N_("This is too long: shorten it to %(limit)s characters."),
    FlawKind.CHARACTERS: N_("This contains characters that cannot be shown, such as line breaks. Type it again."),
    FlawKind.NOT_A_CHOICE: _NOT_A_CHOICE,
    FlawKind.NOT_CHOICES: _NOT_A_CHOICE,
    FlawKind.NOT_YES_OR_NO: _NOT_A_CHOICE,
    FlawKind.FEW: N_("Choose at least %(limit)s."),
    FlawKind.MANY: N_("Choose at most %(limit)s."),
    FlawKind.NOT_A_NUMBER: N_("Write a number, with digits only."),
    FlawKind.SMALL: N_("Write a number that is at least %(limit)s."),
    FlawKind.LARGE: N_("Write a number that is at most %(limit)s."),
    FlawKind.NOT_A_DATE: N_("Write a date as year, month and day, such as 2027-03-31."),
}

_LOW, _HIGH = frozenset({"minimum"}), frozenset({"maximum"})
_BOUNDS = {
    QuestionKind.NUMBER: {
        _LOW: N_("At least %(minimum)s."),
        _HIGH: N_("At most %(maximum)s."),
        _LOW | _HIGH: N_("From %(minimum)s to %(maximum)s."),
    },
    QuestionKind.CHOICES: {
        _LOW: N_("Choose %(minimum)s or more."),
        _HIGH: N_("Choose up to %(maximum)s."),
        _LOW | _HIGH: N_("Choose %(minimum)s to %(maximum)s."),
    },
}


@dataclass(frozen=True)
class QuestionView:
    """A question as its reader meets it."""

    question: Question
    reader: Reader
    text_language: str

    @property
    def field(self) -> str:
        return FIELD + self.question.key

    @property
    def kind(self) -> str:
        return self.question.kind

    @property
    def is_required(self) -> bool:
        return self.question.is_required

    @property
    def label(self) -> Phrase:
        return self._phrase(self._translated.get("label"), self.question.label)

    @property
    def help(self) -> Phrase | None:
        own = self.question.help
        translated = self._translated.get("help")
        return self._phrase(translated, own or "") if translated or own else None

    @property
    def _translated(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.question.translations.get(self.reader.language, {})
        return found

    def _phrase(self, translated: str | None, own: str) -> Phrase:
        return Phrase(translated, self.reader.language) if translated else Phrase(own, self.text_language)

    def choices(self, form: Form) -> list[tuple[str, Phrase]]:
        """Key and words; also what was taken out, where this person took it before."""
        if self.question.kind not in WITH_CHOICES:
            return [(key, Phrase(word, self.reader.language)) for key, word in self._yes_and_no.items()]
        held = [one for one in self.question.retired_choices if one["key"] in form.values(self.field)]
        translated = self._translated.get("choices", {})
        offered = [*self.question.choices, *held]
        return [(one["key"], self._phrase(translated.get(one["key"]), one["label"])) for one in offered]

    @property
    def _yes_and_no(self) -> dict[str, str]:
        return questions.yes_and_no(self.reader.language)

    @property
    def bounds(self) -> Remark | None:
        """What is said beside the field before anybody goes beyond them."""
        texts = _BOUNDS.get(QuestionKind(self.kind))
        limits = {"minimum": self.question.minimum, "maximum": self.question.maximum}
        stated = {name: _words(limit, self.reader) for name, limit in limits.items() if limit is not None}
        return Remark(texts[frozenset(stated)], stated) if texts and stated else None

    @property
    def opens(self) -> bool:
        """Whether the choices stand in a list that opens."""
        return len(self.question.choices) > _MOST_BUTTONS

    def input_type(self, form: Form) -> str:
        """A browser would hide from view what is no day."""
        is_day = self.kind == QuestionKind.DATE and _DAY.fullmatch(form.value(self.field))
        return "date" if is_day else "text"


def question_views(event: Event, reader: Reader) -> list[QuestionView]:
    return [QuestionView(question, reader, event.text_language) for question in questions.asked(event)]


def has_answers(typed: Typed) -> bool:
    """Whether any answer can stand in this form: most events ask nothing."""
    return any(name.startswith(FIELD) for name in typed)


def given(event: Event, typed: Typed, reader: Reader) -> dict[str, Any]:
    """The answers in a form, by key: None for what was left empty, nothing for what was not in the form."""
    return dict(_given(event, typed, reader))


def _given(event: Event, typed: Typed, reader: Reader) -> Iterator[tuple[str, Any]]:
    for question in questions.asked(event):
        values = typed.getlist(FIELD + question.key)
        if values:
            yield question.key, _answer(question, [value for value in values if value.strip()], reader)


def _answer(question: Question, values: list[str], reader: Reader) -> Any:
    """What cannot be understood stays as it was typed, for the rules to say so."""
    if question.kind == QuestionKind.CHOICES:
        return values
    if question.kind == QuestionKind.CONSENT:
        return bool(values)
    if not values:
        return None
    if question.kind == QuestionKind.YES_NO:
        return _YES_OR_NO.get(values[-1], values[-1])
    return _number(values[-1].strip(), reader) if question.kind == QuestionKind.NUMBER else values[-1]


def _number(text: str, reader: Reader) -> int | float | str:
    """As the reader's language writes it, separators where they belong; or a point or a comma before the fraction."""
    if not _NUMERIC.fullmatch(text):
        return text
    joined = _SPACE_WITHIN.sub("", text)
    try:
        return plain(float(parse_decimal(joined, locale=reader.locale, strict=True)))
    except (NumberFormatError, OverflowError, ValueError):
        return plain(float(joined.replace(",", "."))) if _NUMBER.fullmatch(joined) else text


def filled(registration: Registration, reader: Reader) -> list[tuple[str, str]]:
    """What stands in the fields of somebody who answered before."""
    return [
        (FIELD + question.key, value)
        for question in questions.asked(registration.event)
        for value in _written(question, registration.answers.get(question.key), reader)
    ]


def _written(question: Question, answer: Any, reader: Reader) -> list[str]:
    if answer is None:
        return []
    if isinstance(answer, list):
        return answer
    if question.kind == QuestionKind.CONSENT:
        return [questions.YES] if questions.is_yes(answer) else []
    if question.kind == QuestionKind.YES_NO:
        return [questions.YES if answer else questions.NO]
    if question.kind == QuestionKind.NUMBER:
        return [format_decimal(answer, locale=reader.locale, group_separator=False, decimal_quantization=False)]
    return [str(answer)]


def checked(event: Event, form: Form, reader: Reader, *, before: Mapping[str, Any] | None = None) -> Form:
    """The form with what is wrong with its answers too, named before the consent that ends it."""
    views = {view.question.key: view for view in question_views(event, reader)}
    answers = given(event, form.typed, reader)
    found = {
        views[key].field: _remark(flaw, views[key])
        for key, flaw in flaws(event.questions, answers, before=before or {}).items()
        if key in views
    }
    first = {name: problem for name, problem in form.problems.items() if name != "consent"}
    return replace(form, problems=first | found | dict(form.problems))


def _remark(flaw: Flaw, view: QuestionView) -> Remark:
    values = {"limit": _words(flaw.values["limit"], view.reader)} if "limit" in flaw.values else {}
    return Remark(_TEXTS[flaw.kind], values, about=view.label)


def _words(number: float, reader: Reader) -> str:
    return str(format_decimal(number, locale=reader.locale, decimal_quantization=False))
