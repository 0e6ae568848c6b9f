"""What organisers ask: kept as they write it, in the words of whoever reads it, and never forgotten once answered."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from shared import clock, events, questions
from shared.errors import InvalidInput
from shared.models import Event, EventTally, Question
from shared.schemas.events import EventContent
from shared.schemas.questions import QuestionFacts
from tests.factories import make_event

DIET: dict[str, Any] = {
    "key": "diet",
    "kind": "choice",
    "label": "What do you eat?",
    "help": "For the lunch at noon.",
    "choices": [{"key": "all", "label": "Everything"}, {"key": "vegan", "label": "Vegan"}],
    "translations": {"es": {"label": "¿Qué come?", "choices": {"all": "De todo"}}},
}
NAME_TAG: dict[str, Any] = {"key": "name-tag", "kind": "short-text", "label": "What stands on your name tag?"}


def ask(session: Session, event: Event, *asked: dict[str, Any]) -> None:
    content = EventContent(questions=[QuestionFacts(**facts) for facts in asked])
    events.edit(session, event.id, content, version=None)
    session.commit()


def pretend_answered(session: Session, event: Event, key: str, *values: str) -> None:
    for value in (questions.ANSWERED, *values):
        tally = EventTally(
            event_id=event.id, dimension=questions.dimension(key), value=value, status="cancelled", count=1
        )
        session.add(tally)
    session.commit()


def test_questions_keep_the_order_in_which_they_were_put(session: Session) -> None:
    event = make_event(session)

    ask(session, event, DIET, NAME_TAG)
    ask(session, event, NAME_TAG, DIET)

    assert [question.key for question in questions.asked(event)] == ["name-tag", "diet"]
    assert QuestionFacts.model_validate(questions.asked(event)[1]) == QuestionFacts(**DIET)


def test_an_event_that_asks_nothing_is_known_without_a_look_up(session: Session) -> None:
    event = make_event(session)
    assert not event.has_questions

    ask(session, event, DIET)
    assert event.has_questions

    ask(session, event)
    assert not event.has_questions
    assert questions.asked(event) == []


def test_a_question_that_nobody_answered_goes_when_it_is_left_out(session: Session) -> None:
    event = make_event(session)
    ask(session, event, DIET, NAME_TAG)

    ask(session, event, NAME_TAG)

    assert [question.key for question in session.query(Question)] == ["name-tag"]


def test_a_question_that_was_answered_is_retired_and_can_come_back(session: Session) -> None:
    event = make_event(session)
    ask(session, event, DIET, NAME_TAG)
    pretend_answered(session, event, "diet", "vegan")

    ask(session, event, NAME_TAG)

    [diet] = session.query(Question).filter_by(key="diet")
    assert diet.retired_at is not None
    assert questions.shown(diet, "vegan", "en") == "Vegan"

    ask(session, event, NAME_TAG, DIET)

    assert [question.key for question in questions.asked(event)] == ["name-tag", "diet"]


def test_a_choice_that_was_taken_keeps_its_words_when_it_is_left_out(session: Session) -> None:
    event = make_event(session)
    ask(session, event, DIET)
    pretend_answered(session, event, "diet", "vegan")
    without_vegan = DIET | {"choices": DIET["choices"][:1]}

    ask(session, event, without_vegan)

    [diet] = questions.asked(event)
    assert QuestionFacts.model_validate(diet) == QuestionFacts(**without_vegan)
    assert questions.shown(diet, "vegan", "en") == "Vegan"


def test_what_was_answered_cannot_become_another_kind_and_what_was_not_can(session: Session) -> None:
    event = make_event(session)
    ask(session, event, DIET, NAME_TAG)
    pretend_answered(session, event, "diet", "all")

    ask(session, event, DIET, NAME_TAG | {"kind": "long-text"})
    with pytest.raises(InvalidInput, match="answered as choice already"):
        ask(session, event, {"key": "diet", "kind": "short-text", "label": "What do you eat?"})

    assert [question.kind for question in questions.asked(event)] == ["choice", "long-text"]


def test_two_questions_cannot_share_a_key(session: Session) -> None:
    event = make_event(session)

    with pytest.raises(InvalidInput, match="share a key"):
        ask(session, event, DIET, DIET)


def test_words_are_those_of_the_reader_where_there_are_any(session: Session) -> None:
    event = make_event(session)
    ask(session, event, DIET)
    [diet] = questions.asked(event)

    assert questions.label(diet, "es") == "¿Qué come?"
    assert questions.label(diet, "es-MX") == "¿Qué come?"
    assert questions.label(diet, "fr") == "What do you eat?"
    assert questions.explanation(diet, "es") == "For the lunch at noon."
    assert questions.choice_labels(diet, "es") == {"all": "De todo", "vegan": "Vegan"}
    assert questions.labels(diet) == ["What do you eat?", "¿Qué come?"]


SHOWN: list[tuple[str, Any, str, str]] = [
    ("short-text", "<b>Ada</b>", "en", "<b>Ada</b>"),
    ("choice", "all", "es", "De todo"),
    ("choice", "gone", "en", "gone"),
    ("choices", ["vegan", "all"], "en", "Vegan; Everything"),
    ("yes-no", True, "en", "Yes"),
    ("yes-no", False, "en", "No"),
    ("number", 1234.5, "en", "1,234.5"),
    ("number", 0.125, "es", "0,125"),
    ("date", "2031-03-04", "en", "4 March 2031"),
    ("date", "2031-03-04", "es", "4 de marzo de 2031"),
    ("consent", {"agreed": True, "version": "0" * 16, "at": clock.now().isoformat()}, "en", "Yes"),
    ("consent", {"agreed": False, "version": None, "at": None}, "en", "No"),
    ("long-text", None, "en", ""),
]


@pytest.mark.parametrize(("kind", "answer", "language", "words"), SHOWN)
def test_answers_are_shown_in_words(kind: str, answer: Any, language: str, words: str) -> None:
    question = Question(**DIET | {"kind": kind, "retired_choices": []})

    assert questions.shown(question, answer, language) == words
