"""What an event asked those who register, and what those with a place have answered."""

from shared import questions
from shared.models import Event, Question
from shared.schemas.stats import ChoiceCount, QuestionCount
from shared.stats.counted import Tallies, active


def question_counts(event: Event, counted: Tallies) -> list[QuestionCount]:
    """What is asked now, in order; then what was asked before and somebody with a place has answered."""
    asked = questions.asked(event)
    retired = [one for one in event.questions if one.retired_at is not None]
    answered = [one for one in retired if active(counted[questions.dimension(one.key)][questions.ANSWERED])]
    return [_question(event, one, counted[questions.dimension(one.key)]) for one in asked + answered]


def _question(event: Event, question: Question, counted: dict[str, dict[str, int]]) -> QuestionCount:
    language = event.text_language
    labels = questions.choice_labels(question, language) if question.kind in questions.COUNTED else {}
    retired = {choice["key"] for choice in question.retired_choices}
    counts = [ChoiceCount(key=key, label=label, count=active(counted[key])) for key, label in labels.items()]
    return QuestionCount(
        key=question.key,
        label=questions.label(question, language),
        kind=question.kind,
        answered=active(counted[questions.ANSWERED]),
        choices=[row for row in counts if row.count or row.key not in retired],
    )
