"""Questions over the API: asked by organisers, answered by everyone, shown to those who work on the event."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared.models import Event, Registration, Role
from tests.factories import make_calendar, make_event, make_organiser, register, token_for

JSON = {"Content-Type": "application/json"}
LUNCH: dict[str, Any] = {
    "key": "lunch",
    "kind": "choice",
    "label": "What do you eat?",
    "is_required": True,
    "choices": [{"key": "all", "label": "Everything"}, {"key": "vegan", "label": "Vegan"}],
}
PEOPLE: dict[str, Any] = {"key": "people", "kind": "number", "label": "How many are you?", "minimum": 1, "maximum": 9}
PHOTOS: dict[str, Any] = {"key": "photos", "kind": "consent", "label": "You may take photos of me."}


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, make_calendar(session))


@pytest.fixture
def editor(session: Session, event: Event) -> dict[str, str]:
    return token_for(session, make_organiser(session, event.calendar, Role.EDITOR))


def ada(answers: Any, **facts: Any) -> dict[str, Any]:
    return {"name": "Ada Lovelace", "address": "ada@example.org", "consent": True, "answers": answers} | facts


def put(client: TestClient, event: Event, editor: dict[str, str], *questions: dict[str, Any]) -> Any:
    headers = editor | {"If-Match": "*"}
    return client.patch(f"/api/v1/events/{event.id}", json={"questions": list(questions)}, headers=headers)


def errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    return {row["field"]: row["message"] for row in answer.json()["errors"]}


def test_an_organiser_asks_people_answer_and_the_organiser_reads(
    client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    asked = put(client, event, editor, LUNCH, PEOPLE, PHOTOS)
    assert [question["key"] for question in asked.json()["questions"]] == ["lunch", "people", "photos"]
    assert client.get(f"/api/v1/events/{event.slug}").json()["questions"] == asked.json()["questions"]

    answers = {"lunch": "vegan", "people": 2, "photos": True}
    assert client.post(f"/api/v1/events/{event.id}/registrations", json=ada(answers)).status_code == 201

    [seen] = client.get(f"/api/v1/events/{event.id}/registrations", headers=editor).json()["registrations"]
    agreement = seen["answers"].pop("photos")
    assert seen["answers"] == {"lunch": "vegan", "people": 2}
    assert agreement["agreed"] is True
    assert len(agreement["version"]) == 16
    stats = client.get(f"/api/v1/events/{event.id}/stats", headers=editor).json()["questions"]
    assert stats[0] == {
        "key": "lunch", "kind": "choice", "label": "What do you eat?", "answered": 1,
        "choices": [{"key": "all", "label": "Everything", "count": 0}, {"key": "vegan", "label": "Vegan", "count": 1}],
    }  # fmt: skip


WRONG: dict[str, tuple[Any, str]] = {
    "nothing where something is required": ({}, "answers.lunch"),
    "an unknown choice": ({"lunch": "steak"}, "answers.lunch"),
    "a label instead of a key": ({"lunch": "Vegan"}, "answers.lunch"),
    "a number out of bounds": ({"lunch": "all", "people": 10}, "answers.people"),
    "a number as text": ({"lunch": "all", "people": "2"}, "answers.people"),
    "an unknown question": ({"lunch": "all", "shoe-size": 41}, "answers.shoe-size"),
    "a key that is none": ({"lunch": "all", "Shoe size": 41}, "answers"),
    "a key of 10,000 characters": ({"lunch": "all", "k" * 10_000: 41}, "answers"),
    "a lone surrogate as key": ({"lunch": "all", "\ud800": 41}, "answers"),
    "a nested answer": ({"lunch": {"all": ["vegan"]}}, "answers"),
    "a list of lists": ({"lunch": [["all"]]}, "answers"),
    "a long list": ({"lunch": ["all"] * 101}, "answers"),
    "too many answers": ({f"q{number}": 1 for number in range(51)}, "answers"),
    "a list instead of answers": (["all"], "answers"),
    "null": (None, "answers"),
}


@pytest.mark.parametrize(("answers", "field"), WRONG.values(), ids=WRONG.keys())
def test_wrong_answers_are_named_and_nothing_is_stored(
    client: TestClient, session: Session, event: Event, editor: dict[str, str], answers: Any, field: str
) -> None:
    put(client, event, editor, LUNCH, PEOPLE)

    answer = client.post(f"/api/v1/events/{event.id}/registrations", content=json.dumps(ada(answers)), headers=JSON)

    assert list(errors(answer)) == [field]
    assert session.scalar(select(func.count()).select_from(Registration)) == 0


def test_a_number_that_is_none_is_refused(client: TestClient, event: Event, editor: dict[str, str]) -> None:
    put(client, event, editor, PEOPLE)

    for number in ("NaN", "Infinity", "1" * 400, "1e400"):
        body = json.dumps(ada({"people": 0})).replace(": 0}", f": {number}}}")
        answer = client.post(f"/api/v1/events/{event.id}/registrations", content=body, headers=JSON)
        assert list(errors(answer)) == ["answers.people"]


def test_an_address_that_is_registered_gets_the_same_refusal(
    client: TestClient, session: Session, event: Event, editor: dict[str, str]
) -> None:
    register(session, event, "ada@example.org")
    put(client, event, editor, LUNCH)
    path = f"/api/v1/events/{event.id}/registrations"

    known, unknown = (client.post(path, json=ada({}, address=f"{name}@example.org")) for name in ("ada", "bob"))

    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())


def test_an_organiser_adds_somebody_without_knowing_what_they_would_answer(
    client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    put(client, event, editor, LUNCH, PHOTOS)
    path = f"/api/v1/events/{event.id}/registrations"

    assert client.post(path, json=ada({"photos": True}), headers=editor).status_code == 201
    assert "answers.lunch" in errors(client.post(path, json=ada({"lunch": 3}), headers=editor))

    [seen] = client.get(path, headers=editor).json()["registrations"]
    assert seen["answers"] == {"photos": {"agreed": True, "version": None, "at": None}}


def test_an_organiser_corrects_one_answer_and_leaves_the_others(
    client: TestClient, session: Session, event: Event, editor: dict[str, str]
) -> None:
    put(client, event, editor, LUNCH, PEOPLE)
    registration = register(session, event, "ada@example.org", answers={"lunch": "all", "people": 2})
    path = f"/api/v1/registrations/{registration.id}"

    corrected = client.patch(path, json={"answers": {"people": 3}}, headers=editor)
    assert corrected.json()["answers"] == {"lunch": "all", "people": 3}
    assert client.patch(path, json={"city": "Porto", "answers": {}}, headers=editor).json()["answers"] == {
        "lunch": "all", "people": 3,
    }  # fmt: skip
    taken_back = client.patch(path, json={"answers": {"lunch": None}}, headers=editor)
    assert taken_back.json()["answers"] == {"people": 3}
    assert "answers.people" in errors(client.patch(path, json={"answers": {"people": 0}}, headers=editor))


WRONG_QUESTIONS: dict[str, dict[str, Any]] = {
    "a choice without choices": {"key": "q", "kind": "choice", "label": "Q"},
    "choices of a number": LUNCH | {"kind": "number"},
    "a key with a space": PEOPLE | {"key": "how many"},
    "an unknown kind": PEOPLE | {"kind": "colour"},
    "a label of nothing": PEOPLE | {"label": " "},
    "bounds the wrong way round": PEOPLE | {"minimum": 10},
    "a control character": PEOPLE | {"label": "How\x00many"},
}


@pytest.mark.parametrize("question", WRONG_QUESTIONS.values(), ids=WRONG_QUESTIONS.keys())
def test_a_question_that_cannot_be_asked_is_refused(
    client: TestClient, event: Event, editor: dict[str, str], question: dict[str, Any]
) -> None:
    assert any(name.startswith("questions") for name in errors(put(client, event, editor, question)))


def test_two_questions_of_one_key_are_refused(client: TestClient, event: Event, editor: dict[str, str]) -> None:
    assert errors(put(client, event, editor, PEOPLE, PEOPLE)) == {"questions": "need a key of their own each"}
