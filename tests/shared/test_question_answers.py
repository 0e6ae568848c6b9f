"""Answers are held against the questions, whatever is sent; what was agreed to is kept word for word."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, question_answers, questions, registrations
from shared.admission import Application, Outcome, register_many
from shared.errors import InvalidInput
from shared.models import ConsentText, Event, EventTally, Question, Registration, RegistrationSource
from shared.schemas.questions import QuestionKind
from shared.schemas.registrations import RegistrationCorrection
from tests.factories import applicant, find_registration, make_event
from tests.shared.test_questions import ask

KEYS = ["all", "vegan", "none"]


def question(kind: str, **facts: Any) -> Question:
    """One that is not in any database."""
    has_choices = kind in {"choice", "choices"}
    usual: dict[str, Any] = {
        "key": "q", "kind": kind, "label": "Which?", "help": None, "is_required": False, "translations": {},
        "minimum": None, "maximum": None, "retired_at": None, "retired_choices": [],
        "choices": [{"key": key, "label": key.title()} for key in KEYS] if has_choices else [],
    }  # fmt: skip
    return Question(**usual | facts)


def taken(asked: Question, answer: Any, **how: Any) -> Any:
    return question_answers.check([asked], {"q": answer}, **{"insists": True} | how).get("q")


def refused(asked: Question, answer: Any, **how: Any) -> str:
    with pytest.raises(InvalidInput) as refusal:
        taken(asked, answer, **how)
    return refusal.value.fields["answers.q"]


TAKEN: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("short-text", {}, "  Ada   L. ", "Ada L."),
    ("short-text", {}, "a" * 200, "a" * 200),
    ("short-text", {}, "é <b>", "é <b>"),
    ("short-text", {}, " \t ", None),
    ("long-text", {}, " one\r\n\r\ntwo ", "one\n\ntwo"),
    ("long-text", {}, "a\r\n" * 2_499 + "ab", "a\n" * 2_499 + "ab"),
    ("choice", {}, "vegan", "vegan"),
    ("choice", {}, "", None),
    ("choices", {}, ["vegan", "all", "vegan"], ["all", "vegan"]),
    ("choices", {"minimum": 2.0}, [], None),
    ("choices", {"minimum": 2.0, "maximum": 2.0}, ["none", "all"], ["all", "none"]),
    ("yes-no", {}, False, False),
    ("yes-no", {"is_required": True}, False, False),
    ("number", {}, 3.0, 3),
    ("number", {}, -0.5, -0.5),
    ("number", {"minimum": 1.0, "maximum": 3.0}, 3, 3),
    ("date", {}, "2028-02-29", "2028-02-29"),
    ("consent", {}, False, False),
    ("consent", {"is_required": True}, True, True),
    ("number", {}, None, None),
]


@pytest.mark.parametrize(("kind", "facts", "answer", "kept"), TAKEN)
def test_what_fits_is_taken_and_cleaned(kind: str, facts: dict[str, Any], answer: Any, kept: Any) -> None:
    assert taken(question(kind, **facts), answer) == kept


REFUSED: list[tuple[str, dict[str, Any], Any, str]] = [
    ("short-text", {}, "a" * 201, "is longer than 200 characters; shorten it"),
    ("short-text", {}, "a" * 10_000, "is longer than 200 characters; shorten it"),
    ("short-text", {}, "two\nlines", "contains control characters"),
    ("short-text", {}, "Ada \u202egpj.exe", "contains control characters"),
    ("short-text", {}, 7, "must be text"),
    ("short-text", {"is_required": True}, "  ", "is required; answer it"),
    ("long-text", {}, "a" * 10_000, "is longer than 5000 characters; shorten it"),
    ("long-text", {}, "nul \x00", "contains control characters"),
    ("choice", {}, "Vegan", "must be the key of a choice: all, vegan, none"),
    ("choice", {}, ["vegan"], "must be the key of a choice"),
    ("choice", {"is_required": True}, None, "is required"),
    ("choices", {}, "vegan", "must be a list of the keys of choices: all, vegan, none"),
    ("choices", {}, ["vegan", "steak"], "must be a list of the keys"),
    ("choices", {"minimum": 2.0}, ["all"], "needs at least 2 choices"),
    ("choices", {"maximum": 1.0}, ["all", "none"], "takes at most 1 choices"),
    ("yes-no", {}, "yes", "must be true or false"),
    ("yes-no", {}, 1, "must be true or false"),
    ("yes-no", {"is_required": True}, None, "is required"),
    ("number", {}, "3", "must be a number"),
    ("number", {}, True, "must be a number"),
    ("number", {}, math.nan, "must be a number"),
    ("number", {}, math.inf, "must be a number"),
    ("number", {}, 10**400, "must be a number"),
    ("number", {"minimum": 1.5}, 1, "must be at least 1.5"),
    ("number", {"maximum": 3.0}, 4, "must be at most 3"),
    ("date", {}, "31/03/2027", "must be a date as in 2027-03-31"),
    ("date", {}, "2027-02-29", "must be a date"),
    ("date", {}, "20270331", "must be a date"),
    ("date", {}, "٢٠٢٧-٠٣-٣١", "must be a date"),
    ("consent", {}, "yes", "must be true or false"),
    ("consent", {"is_required": True}, False, "is required; register only if you agree"),
    ("consent", {"is_required": True}, None, "is required; register only if you agree"),
    ("consent", {}, {"agreed": True, "version": "0" * 16, "at": "2020-01-01"}, "must be true or false"),
]


@pytest.mark.parametrize(("kind", "facts", "answer", "said"), REFUSED)
def test_what_does_not_fit_is_refused_with_what_to_do(kind: str, facts: dict[str, Any], answer: Any, said: str) -> None:
    assert refused(question(kind, **facts), answer).startswith(said)


def test_a_question_that_is_not_asked_takes_no_answer() -> None:
    assert refused(question("choice", key="other"), "all").startswith("is no question of this event")
    assert refused(question("choice", retired_at=clock.now(), is_required=True), "all").startswith("is not asked any")


def test_what_is_retired_is_not_required_and_keeps_its_answer() -> None:
    retired = question("choice", retired_at=clock.now(), is_required=True)

    assert taken(retired, "all", before={"q": "all"}) == "all"
    assert question_answers.check([retired], {}, before={"q": "all"}, insists=True) == {"q": "all"}
    assert taken(retired, None, before={"q": "all"}) is None


def test_who_took_a_choice_before_it_was_taken_out_may_keep_it_among_others() -> None:
    choices = [{"key": "all", "label": "All"}]
    asked = question("choices", choices=choices, retired_choices=[{"key": "vegan", "label": "Vegan"}])

    assert taken(asked, ["vegan", "all"], before={"q": ["vegan"]}) == ["all", "vegan"]
    assert refused(asked, ["vegan"]).startswith("must be a list of the keys of choices: all")


def test_organisers_may_leave_open_what_they_do_not_know() -> None:
    assert taken(question("short-text", is_required=True), None, insists=False) is None
    assert refused(question("number"), "many", insists=False).startswith("must be a number")


ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text() | some.dates().map(str),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(kind=some.sampled_from(list(QuestionKind)), answer=ANYTHING | some.lists(some.sampled_from([*KEYS, "x"])))
def test_whatever_is_sent_is_refused_or_can_be_kept_counted_shown_and_sent_again(kind: str, answer: Any) -> None:
    asked = question(kind)
    try:
        kept = taken(asked, answer)
    except InvalidInput:
        assert refused(asked, answer)
        return

    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
    assert taken(asked, kept) == kept
    assert len(questions.counted([asked], {"q": kept} if kept is not None else {})) <= 1 + len(KEYS)
    assert isinstance(questions.shown(asked, kept, "es"), str)


DIET: dict[str, Any] = {
    "key": "diet", "kind": "choices", "label": "What do you eat?",
    "choices": [{"key": key, "label": key.title()} for key in KEYS],
}  # fmt: skip
PHOTOS: dict[str, Any] = {
    "key": "photos", "kind": "consent", "label": "You may take photos of me.", "help": "They go on our site.",
    "translations": {"es": {"label": "Pueden hacerme fotos."}},
}  # fmt: skip
FIRST_TIME: dict[str, Any] = {"key": "first-time", "kind": "yes-no", "label": "Your first time?", "is_required": True}
HOPES: dict[str, Any] = {"key": "hopes", "kind": "long-text", "label": "What do you hope for?"}


def apply(
    session: Session, event: Event, answers: dict[str, Any], *, address: str = "ada@example.org", language: str = "en",
    source: RegistrationSource = RegistrationSource.PAGE,
) -> Outcome:  # fmt: skip
    application = Application(applicant(address, answers=answers), source, language)
    [outcome] = register_many(session, event.id, [application])
    session.commit()
    return outcome


def ada_of(session: Session, event: Event) -> Registration:
    session.expire_all()
    return find_registration(session, event, "ada@example.org")


def tallied(session: Session) -> dict[tuple[str, str, str], int]:
    query = select(EventTally).where(EventTally.dimension.startswith("question:"), EventTally.count != 0)
    return {
        (tally.dimension.removeprefix("question:"), tally.value, tally.status): tally.count
        for tally in session.scalars(query.execution_options(populate_existing=True))
    }


def test_one_refused_application_holds_nobody_up(session: Session) -> None:
    event = make_event(session)
    ask(session, event, FIRST_TIME)
    people = [applicant("ada@example.org"), applicant("bob@example.org", answers={"first-time": True})]

    ada, bob = register_many(session, event.id, [Application(one, RegistrationSource.API, "en") for one in people])
    session.commit()

    assert ada.refusal is not None
    assert ada.refusal.fields == {"answers.first-time": "is required; answer it"}
    assert bob.refusal is None
    assert [one.answers for one in session.scalars(select(Registration))] == [{"first-time": True}]


def test_an_event_that_asks_nothing_takes_no_answers(session: Session) -> None:
    event = make_event(session)

    refusal = apply(session, event, {"diet": "all"}).refusal

    assert refusal is not None
    assert "answers.diet" in refusal.fields


def test_a_consent_is_kept_with_the_text_that_was_read_and_a_changed_text_is_another_version(session: Session) -> None:
    event = make_event(session)
    ask(session, event, PHOTOS)
    apply(session, event, {"photos": True}, language="es")
    apply(session, event, {"photos": True}, language="fr", address="bob@example.org")
    ask(session, event, PHOTOS | {"help": "They go on our site and into a book."})
    apply(session, event, {"photos": False}, language="es", address="cyd@example.org")

    agreements = [
        one.answers["photos"] for one in session.scalars(select(Registration).order_by(Registration.position))
    ]

    texts = [session.get_one(ConsentText, agreement["version"]) for agreement in agreements]
    assert [(text.language, text.text) for text in texts] == [
        ("es", "Pueden hacerme fotos.\nThey go on our site."),
        ("en", "You may take photos of me.\nThey go on our site."),
        ("es", "Pueden hacerme fotos.\nThey go on our site and into a book."),
    ]
    assert [agreement["agreed"] for agreement in agreements] == [True, True, False]
    assert all(agreement["at"] for agreement in agreements)


def test_what_somebody_agreed_to_elsewhere_names_no_text(session: Session) -> None:
    event = make_event(session)
    ask(session, event, PHOTOS, FIRST_TIME)

    assert apply(session, event, {"photos": True}, source=RegistrationSource.IMPORT).refusal is None

    assert ada_of(session, event).answers == {"photos": {"agreed": True, "version": None, "at": None}}


def test_a_consent_that_stays_keeps_its_date_and_one_that_is_taken_back_says_when(session: Session) -> None:
    event = make_event(session)
    ask(session, event, PHOTOS)
    apply(session, event, {"photos": True})
    first = ada_of(session, event).answers["photos"]

    registrations.correct(
        session, ada_of(session, event).id, RegistrationCorrection(answers={"photos": True}), language="es"
    )
    session.commit()
    assert ada_of(session, event).answers["photos"] == first

    registrations.correct(
        session, ada_of(session, event).id, RegistrationCorrection(answers={"photos": False}), language="en"
    )
    session.commit()
    last = ada_of(session, event).answers["photos"]
    assert (last["agreed"], last["version"]) == (False, first["version"])
    assert last["at"] > first["at"]


def test_answers_are_counted_and_follow_every_change(session: Session) -> None:
    event = make_event(session, places=1)
    ask(session, event, DIET, FIRST_TIME, HOPES)
    apply(session, event, {"diet": ["all", "none"], "first-time": True, "hopes": "Shade"})
    apply(session, event, {"first-time": False}, address="bob@example.org")
    ada = ada_of(session, event)
    assert tallied(session) == {
        ("diet", "*", "confirmed"): 1, ("diet", "all", "confirmed"): 1, ("diet", "none", "confirmed"): 1,
        ("first-time", "*", "confirmed"): 1, ("first-time", "yes", "confirmed"): 1,
        ("first-time", "*", "waitlisted"): 1, ("first-time", "no", "waitlisted"): 1,
        ("hopes", "*", "confirmed"): 1,
    }  # fmt: skip

    correction = RegistrationCorrection(answers={"diet": ["vegan"], "hopes": None})
    registrations.correct(session, ada.id, correction, language="en")
    registrations.cancel(session, ada.id)
    session.commit()

    assert tallied(session) == {
        ("diet", "*", "cancelled"): 1, ("diet", "vegan", "cancelled"): 1,
        ("first-time", "*", "cancelled"): 1, ("first-time", "yes", "cancelled"): 1,
        ("first-time", "*", "confirmed"): 1, ("first-time", "no", "confirmed"): 1,
    }  # fmt: skip


def test_answers_to_what_is_not_asked_any_more_stay_counted_and_leave_with_their_registration(session: Session) -> None:
    event = make_event(session)
    ask(session, event, DIET)
    apply(session, event, {"diet": ["all", "none"]})
    ask(session, event, DIET | {"choices": DIET["choices"][:2]})
    ask(session, event)

    registrations.cancel(session, ada_of(session, event).id)
    session.commit()

    assert tallied(session) == {
        ("diet", "*", "cancelled"): 1, ("diet", "all", "cancelled"): 1, ("diet", "none", "cancelled"): 1,
    }  # fmt: skip
    assert ada_of(session, event).answers == {"diet": ["all", "none"]}


def test_a_correction_names_what_is_wrong_and_changes_nothing(session: Session) -> None:
    event = make_event(session)
    ask(session, event, DIET, FIRST_TIME)
    apply(session, event, {"first-time": True})

    wrong = RegistrationCorrection(name="Eve", answers={"diet": ["steak"], "first-time": None})
    with pytest.raises(InvalidInput) as refusal:
        registrations.correct(session, ada_of(session, event).id, wrong, language="en")
    session.rollback()

    assert set(refusal.value.fields) == {"answers.diet", "answers.first-time"}
    assert ada_of(session, event).name == "Ada"


def test_what_was_answered_can_be_sent_back_as_it_was_read(session: Session) -> None:
    event = make_event(session)
    ask(session, event, DIET, PHOTOS, FIRST_TIME)
    apply(session, event, {"diet": ["all"], "photos": True, "first-time": False})
    ask(session, event, PHOTOS)
    answers = ada_of(session, event).answers

    registrations.correct(session, ada_of(session, event).id, RegistrationCorrection(answers=answers))
    session.commit()

    assert ada_of(session, event).answers == answers
