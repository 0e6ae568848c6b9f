"""The questions of an event: what an organiser writes becomes rows, and rows keep the meaning of answers."""

from collections.abc import Sequence

from shared import clock
from shared.errors import InvalidInput
from shared.models import Event, Question
from shared.schemas.questions import QuestionFacts


def asked(event: Event) -> list[Question]:
    """Those that are asked now, in order."""
    return [question for question in event.questions if question.retired_at is None]


def put(event: Event, wanted: Sequence[QuestionFacts]) -> None:
    """Ask these, in this order. One that is left out is retired, so that answers to it keep their meaning.

    Raises InvalidInput where two share a key, or where one that exists would become another kind.
    """
    if len({facts.key for facts in wanted}) != len(wanted):
        raise InvalidInput("Two questions share a key.", fields={"questions": "need a key of their own each"})
    known = {question.key: question for question in event.questions}
    for position, facts in enumerate(wanted):
        question = known.pop(facts.key, None)
        if question is None:
            question = Question(key=facts.key, kind=facts.kind)
            event.questions.append(question)
        _write(question, facts, position)
    for left_out in known.values():
        left_out.retired_at = left_out.retired_at or clock.now()


def _write(question: Question, facts: QuestionFacts, position: int) -> None:
    if question.kind != facts.kind:
        raise InvalidInput(
            f"The question “{facts.key}” was answered as {question.kind} already. Give the new one a key of its own.",
            fields={"questions": f"{facts.key} cannot become {facts.kind}"},
        )
    for name, value in facts.model_dump(mode="json", exclude={"key", "kind"}).items():
        setattr(question, name, value)
    question.position, question.retired_at = position, None
