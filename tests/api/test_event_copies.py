"""Events made from others, drafts thrown away, and the times of a programme that is being written."""

from typing import Any

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared.models import Calendar, Role
from tests.factories import make_calendar, make_event, make_organiser, register, token_for

PROGRAMME = [
    {"title": "Welcome", "kind": "welcome", "minutes": 5},
    {"title": "Trees", "minutes": 20, "people": [{"name": "Lina", "address": "lina@example.org"}]},
]


@pytest.fixture
def calendar(session: Session) -> Calendar:
    return make_calendar(session)


@pytest.fixture
def headers(session: Session, calendar: Calendar) -> dict[str, str]:
    return token_for(session, make_organiser(session, calendar, Role.EDITOR))


def test_a_copy_has_the_content_and_nobody(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    event = make_event(
        session, calendar, title="Trees", places=70, programme=PROGRAMME, room_url="https://rooms.example.org/x",
        questions=[{"key": "lunch", "label": "What do you eat?", "kind": "short-text"}],
    )  # fmt: skip
    register(session, event, "ada@example.org")

    answer = client.post(f"/api/v1/events/{event.id}/copy", json={"title": "More trees"}, headers=headers)

    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["title"], made["state"], made["places"], made["registered"]) == ("More trees", "draft", 70, 0)
    assert (made["starts_at"], made["time_zone"], made["minutes"]) == (None, "Europe/Madrid", 60)
    assert [item["title"] for item in made["programme"]] == ["Welcome", "Trees"]
    assert made["programme"][1]["people"][0]["name"] == "Lina"
    assert made["programme"][1]["people"][0]["address"] is None
    assert [question["label"] for question in made["questions"]] == ["What do you eat?"]
    assert made["room_url"] is None
    rules = [client.get(f"/api/v1/events/{key}/rules", headers=headers).json() for key in (event.id, made["id"])]
    assert len({len(found["rules"]) for found in rules}) == 1


def test_a_copy_may_have_a_time_at_once(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    event = make_event(session, calendar)
    body = {"starts_at_local": "2027-07-07T10:00:00"}

    made = client.post(f"/api/v1/events/{event.id}/copy", json=body, headers=headers).json()

    assert made["starts_at"] == "2027-07-07T08:00:00Z"
    published = client.post(f"/api/v1/events/{made['id']}/publish", headers=headers)
    assert published.status_code == 200, published.text


def test_only_drafts_that_concern_nobody_are_deleted(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    published, draft = make_event(session, calendar), make_event(session, calendar, published=False)

    refused = client.delete(f"/api/v1/events/{published.id}", headers=headers)

    assert refused.status_code == 409
    assert "Cancel the event instead" in refused.json()["detail"]
    assert client.delete(f"/api/v1/events/{draft.id}", headers=headers).status_code == 204
    assert client.get(f"/api/v1/events/{draft.id}", headers=headers).status_code == 404


def times(client: TestClient, headers: dict[str, str], programme: list[dict[str, Any]], **facts: Any) -> Any:
    body = {"starts_at_local": "2027-03-03T15:00:00", "time_zone": "Europe/Madrid", "programme": programme} | facts
    return client.post("/api/v1/programme-times", json=body, headers=headers)


def test_minutes_become_times_and_an_overrun_is_told(client: TestClient, headers: dict[str, str]) -> None:
    found = times(client, headers, PROGRAMME, minutes=20).json()

    assert [item["starts_at_local"] for item in found["programme"]] == ["2027-03-03T15:00:00", "2027-03-03T15:05:00"]
    assert found["overrun_minutes"] == 5
    assert times(client, headers, PROGRAMME, minutes=30).json()["overrun_minutes"] == -5


def test_gaps_overlaps_and_missing_lengths_are_told(client: TestClient, headers: dict[str, str]) -> None:
    programme = [
        {"title": "Welcome", "minutes": 30},
        {"title": "Early", "minutes": 5, "starts_at_clock": "15:20"},
        {"title": "Late", "starts_at_clock": "16:00"},
    ]

    found = times(client, headers, programme, minutes=60).json()

    assert found["notes"] == [
        "“Late” has no length yet.",
        "“Early” begins 10 min before “Welcome” is over.",
        "35 min lie between “Early” and “Late”.",
    ]
    assert found["overrun_minutes"] is None


def test_on_the_night_the_clock_changes_minutes_stay_minutes(client: TestClient, headers: dict[str, str]) -> None:
    programme = [{"title": "Long", "minutes": 90}, {"title": "After", "minutes": 10}]

    found = times(client, headers, programme, starts_at_local="2027-03-28T01:00:00").json()

    assert found["programme"][1]["starts_at_local"] == "2027-03-28T03:30:00"


def test_a_zone_that_is_none_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    assert times(client, headers, [], time_zone="Mordor").status_code == 422
