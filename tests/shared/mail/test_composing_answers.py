"""What somebody chose stands in the mail that gives them the place; what they wrote does not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.mail.mime import Mail
from shared.models import MessageKind, Question
from tests.shared.mail.unsaved import Page, event, mail_at, registration

LONG_BEFORE = datetime(2026, 7, 1, 9, tzinfo=UTC)
HOSTILE = "Vegan <script>alert(1)</script>"


def question(key: str, kind: str, **facts: Any) -> Question:
    usual: dict[str, Any] = {
        "position": 0, "label": key.title(), "translations": {}, "choices": [], "retired_choices": [],
    }  # fmt: skip
    return Question(key=key, kind=kind, **usual | facts)


LUNCH = question(
    "lunch", "choices", label="What do you eat?",
    choices=[{"key": "all", "label": "Everything"}, {"key": "vegan", "label": HOSTILE}],
    translations={"es": {"label": "¿Qué come?", "choices": {"all": "De todo"}}},
)  # fmt: skip
QUESTIONS = [
    LUNCH, question("hopes", "long-text"), question("tag", "short-text"), question("since", "date"),
    question("gone", "yes-no", retired_at=LONG_BEFORE), question("open", "yes-no"),
]  # fmt: skip
ANSWERS = {
    "lunch": ["all", "vegan"],
    "hopes": "Buy http://spam.example",
    "tag": "Spam",
    "since": "2024-02-29",
    "gone": True,
}


def mail(kind: MessageKind, language: str = "en", answers: dict[str, Any] = ANSWERS) -> Mail:
    about = event(questions=list(QUESTIONS), has_questions=True)
    reader = registration(language=language, answers=answers)
    return mail_at(LONG_BEFORE, kind, about=about, to=reader)


@pytest.mark.parametrize("kind", [MessageKind.CONFIRMATION, MessageKind.PROMOTION])
def test_what_was_chosen_is_told_in_both_forms(kind: MessageKind) -> None:
    sent = mail(kind)

    page = Page(sent.html)
    for text in (page.text, " ".join(sent.plain.split())):
        assert f"What do you eat? Everything; {HOSTILE}" in text
        assert "Since 29 February 2024" in text
        assert "Gone" not in text
        assert "Open" not in text.partition("What you answered")[2]
    assert "script" not in page.tags


def test_it_is_told_in_the_readers_language() -> None:
    assert f"¿Qué come?\n  De todo; {HOSTILE}" in mail(MessageKind.CONFIRMATION, "es").plain


def test_what_was_written_is_not_sent_to_whoever_the_address_belongs_to() -> None:
    sent = mail(MessageKind.CONFIRMATION)

    assert "Spam" not in sent.plain + sent.html
    assert "spam.example" not in sent.plain + sent.html


def test_who_answered_nothing_reads_nothing_of_it() -> None:
    assert "What you answered" not in mail(MessageKind.CONFIRMATION, answers={}).plain
    assert "What you answered" not in mail(MessageKind.REMINDER).plain
