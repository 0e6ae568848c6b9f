"""Answers in cells: read in the terms of the question, shown in words, never guessed."""

from datetime import date
from typing import Any

import pytest

from shared.models import Question
from shared.registration_tables import answers

CHOICES = [{"key": "none", "label": "No meat, thanks"}, {"key": "vegan", "label": "Vegan"}]
TRANSLATIONS = {"es": {"label": "¿Qué comes?", "choices": {"vegan": "Vegano"}}}


def question(kind: str, **more: Any) -> Question:
    has_choices = kind in {"choice", "choices"}
    given = {"key": "q", "label": "Label", "choices": CHOICES if has_choices else [], "translations": TRANSLATIONS}
    return Question(kind=kind, retired_choices=[{"key": "gone", "label": "Gone"}], **given | more)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("short-text", "=1", "=1"),
        ("choice", "VEGANO", "vegan"),
        ("choice", "fish", "fish"),
        ("choices", "Vegan; No meat, thanks", ["vegan", "none"]),
        ("choices", "No meat, thanks", ["none"]),
        ("choices", "vegan,none,vegan", ["vegan", "none"]),
        ("choices", "Vegan, No meat, thanks, fish", ["vegan", "none", "fish"]),
        ("choices", "vegan|fish", ["vegan", "fish"]),
        ("yes-no", "Sí", True),
        ("yes-no", "FALSE", False),
        ("yes-no", "perhaps", "perhaps"),
        ("number", "3", 3),
        ("number", "3,5", 3.5),
        ("number", "1.234,50", 1234.5),
        ("number", "1,234.50", 1234.5),
        ("number", "1 234 567", 1234567),
        ("number", "1.234", "1.234"),
        ("number", "many", "many"),
        ("date", "2026-04-03", "2026-04-03"),
        ("date", "2026-04-03 00:00:00", "2026-04-03"),
        ("date", "31/12/2026", "2026-12-31"),
        ("date", "12/31/2026", "2026-12-31"),
        ("date", "3.4.2026", "2026-04-03"),
        ("date", "03/04/2026", "03/04/2026"),
        ("date", "46000", "2025-12-09"),
        ("date", "31.2.2026", "31.2.2026"),
    ],
)
def test_a_cell_means_what_the_question_lets_it_mean(kind: str, text: str, value: Any) -> None:
    assert answers.read(question(kind), text) == value


def test_bounds_settle_what_a_point_divides() -> None:
    assert answers.read(question("number", maximum=10), "1.234") == 1.234
    assert answers.read(question("number", minimum=100), "1.234") == 1234


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("choice", "vegan", "Vegan"),
        ("choice", "gone", "Gone"),
        ("choices", ["none", "vegan"], "No meat, thanks; Vegan"),
        ("yes-no", True, "Yes"),
        ("consent", {"agreed": True, "version": "1a", "at": "2026-01-01T00:00:00Z"}, "Yes"),
        ("number", 3.5, 3.5),
        ("date", "2026-04-03", date(2026, 4, 3)),
        ("long-text", "Hello\nthere", "Hello\nthere"),
        ("short-text", None, None),
    ],
)
def test_an_answer_is_shown_in_words(kind: str, value: Any, shown: Any) -> None:
    assert answers.shown(question(kind), value, language="en") == shown


def test_choices_without_letters_are_told_apart() -> None:
    thumbs = [{"key": "up", "label": "👍"}, {"key": "down", "label": "👎"}]
    assert answers.read(question("choice", choices=thumbs), "👎") == "down"


def test_two_questions_with_one_label_are_told_apart() -> None:
    one, other = question("number"), question("date", key="other")
    assert answers.headings([one, other]) == ["Label (q)", "Label (other)"]


def test_a_choice_is_shown_in_the_language_of_the_event() -> None:
    assert answers.shown(question("choices"), ["vegan"], language="es") == "Vegano"
