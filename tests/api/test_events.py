"""Events over HTTP: drafts stay private, edits are not lost, errors say what to do."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared.models import AuditEntry, Event, Role
from tests.factories import in_days, make_calendar, make_event, make_organiser, register, token_for

EVENTS = "/api/v1/events"


@pytest.fixture
def editor(session: Session) -> dict[str, Any]:
    calendar = make_calendar(session)
    return {"calendar": calendar, "headers": token_for(session, make_organiser(session, calendar, Role.EDITOR))}


def test_an_event_is_made_edited_and_published(client: TestClient, editor: dict[str, Any]) -> None:
    programme = [{"title": "Welcome", "kind": "welcome", "minutes": 5}, {"title": "Roots", "minutes": 40}]
    time = {"starts_at_local": in_days(9).isoformat(), "time_zone": "Europe/Madrid", "minutes": 45}
    body = {"calendar": editor["calendar"].slug, "title": "Trees", "places": 30, "programme": programme} | time
    made = client.post(EVENTS, headers=editor["headers"], json=body)
    assert made.status_code == 201, made.text
    event, etag = made.json(), made.headers["etag"]
    assert client.get(f"{EVENTS}/{event['slug']}").status_code == 404

    edited = client.patch(
        f"{EVENTS}/{event['id']}", headers=editor["headers"] | {"If-Match": etag}, json={"places": 40}
    )
    assert edited.json()["places"] == 40
    published = client.post(f"{EVENTS}/{event['id']}/publish", headers=editor["headers"])
    assert published.json()["state"] == "published"

    seen = client.get(f"{EVENTS}/{event['slug']}").json()
    assert [item["starts_at_local"][11:16] for item in seen["programme"]] == ["15:00", "15:05"]
    assert seen["starts_at_local"].endswith("T15:00:00")
    assert seen["utc_offset"] in {"UTC+1", "UTC+2"}
    assert [row["slug"] for row in client.get(EVENTS).json()["events"]] == [event["slug"]]


def test_reading_again_costs_nothing_while_nothing_changed(session: Session, client: TestClient) -> None:
    event = make_event(session, places=5)
    first = client.get(f"{EVENTS}/{event.id}")
    again = client.get(f"{EVENTS}/{event.id}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

    register(session, event, "ada@example.org")
    changed = client.get(f"{EVENTS}/{event.id}", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


def test_what_cannot_be_seen_does_not_change_what_caches_know(session: Session, client: TestClient) -> None:
    """Otherwise the ETag would tell of an address whether it was registered already."""
    event = make_event(session, places=None)
    before = client.get(f"{EVENTS}/{event.id}").headers["etag"]

    register(session, event, "ada@example.org")

    assert client.get(f"{EVENTS}/{event.id}").headers["etag"] == before


def test_an_edit_names_the_version_it_was_made_on(session: Session, client: TestClient, editor: dict[str, Any]) -> None:
    event = make_event(session, editor["calendar"])
    path, version = f"{EVENTS}/{event.id}", event.version

    def edit(if_match: str | None, title: str) -> int:
        headers = editor["headers"] | ({"If-Match": if_match} if if_match else {})
        return client.patch(path, headers=headers, json={"title": title}).status_code

    assert edit(None, "Without") == 428
    assert edit(f'"{version}"', "First") == 200
    assert edit(f'"{version}"', "Second") == 412
    assert edit('"nonsense"', "Third") == 412
    assert client.get(path).json()["title"] == "First"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a zone that is an abbreviation": ({"time_zone": "CET"}, "time_zone"),
    "a wall clock with an offset": ({"starts_at_local": "2027-07-15T15:00:00Z"}, "starts_at_local"),
    "a start in the year 1": ({"starts_at_local": "0001-01-01T00:00:00"}, "starts_at_local"),
    "a start in the year 9999": ({"starts_at_local": "9999-12-31T23:59:00"}, "starts_at_local"),
    "a closing without an offset": ({"registration_closes_at": "2027-07-15T15:00:00"}, "registration_closes_at"),
    "negative minutes": ({"minutes": -5}, "minutes"),
    "minutes of a year": ({"minutes": 10**9}, "minutes"),
    "a title of 10,000 characters": ({"title": "A" * 10_000}, "title"),
    "control characters": ({"title": "A\x07"}, "title"),
    "no title": ({"title": None}, "title"),
    "a script as link": ({"registration_url": "javascript:alert(1)"}, "registration_url"),
    "an unknown field": ({"price": 5}, "price"),
    "people without names": ({"people": [{"name": ""}]}, "people.0.name"),
    "contents that are no list": ({"contents": "one"}, "contents"),
    "more places than people": ({"places": 10**12}, "places"),
}


@pytest.mark.parametrize(("body", "field"), WRONG.values(), ids=WRONG.keys())
def test_bad_input_names_the_field_and_changes_nothing(
    session: Session, client: TestClient, editor: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    event = make_event(session, editor["calendar"])
    before = client.get(f"{EVENTS}/{event.id}").json()

    answer = client.patch(f"{EVENTS}/{event.id}", headers=editor["headers"] | {"If-Match": "*"}, json=body)

    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert field in [error["field"] for error in problem["errors"]], problem
    assert problem["status"] == 422
    assert problem["type"].startswith("tag:plenary,2026:problem:")
    assert client.get(f"{EVENTS}/{event.id}").json() == before


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"", "text/markdown", 422),
        (b"   \n ", "text/plain", 422),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "text/plain", 415),
        (b"a" * (5 * 1024 * 1024), "text/markdown", 413),
        (b'{"title": "x"}', "application/json", 415),
        (b"Take two eggs and 100 g of flour. Stir well and bake.", "text/plain", 422),
    ],
    ids=["empty", "blank", "binary", "5 MB", "JSON", "a recipe"],
)
def test_what_is_no_announcement_gets_a_clear_error_and_leaves_nothing(
    session: Session, client: TestClient, editor: dict[str, Any], content: bytes, media_type: str, status: int
) -> None:
    answer = client.post(f"{EVENTS}/import", headers=editor["headers"] | {"Content-Type": media_type}, content=content)

    assert answer.status_code == status, answer.text
    assert len(answer.json()["detail"]) > 20
    assert session.scalar(select(func.count()).select_from(Event)) == 0


def test_an_announcement_goes_out_as_it_came_in(session: Session, client: TestClient, editor: dict[str, Any]) -> None:
    event = make_event(session, editor["calendar"], introduction="Some **bold** words.", contents=["One", "Two"])

    text = client.get(f"{EVENTS}/{event.id}/announcement", headers=editor["headers"])
    again = client.post(
        f"{EVENTS}/import", headers=editor["headers"] | {"Content-Type": "text/markdown"}, content=text.text
    )

    assert again.status_code == 201, again.text
    copy = again.json()["event"]
    assert copy["title"] == event.title
    assert copy["contents"] == ["One", "Two"]
    assert copy["starts_at"] == client.get(f"{EVENTS}/{event.id}").json()["starts_at"]


def test_a_new_calendar_is_made_for_a_name_nobody_has(session: Session, client: TestClient) -> None:
    owner = make_organiser(session, make_calendar(session), Role.OWNER)
    text = "RIVER\nCALENDAR\n\n# Webinar: Eels\n\n3 March 2027, 15:00 (Europe/Madrid)\n\n## Contents\n\n- Eels\n"
    answer = client.post(
        f"{EVENTS}/import", headers=token_for(session, owner) | {"Content-Type": "text/markdown"}, content=text
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["event"]["calendar"]["title"] == "River calendar"


def test_pages_of_events_follow_each_other(session: Session, client: TestClient) -> None:
    calendar = make_calendar(session)
    slugs = [make_event(session, calendar, starts_at_local=in_days(days)).slug for days in range(3, 8)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get(EVENTS, params={"limit": 2, "calendar": calendar.slug} | cursor).json()
        seen += [event["slug"] for event in page["events"]]
        if page["next"] is None:
            break
        cursor = {"after": page["next"]}
    assert seen == slugs


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "fHw", "MjAyNy0wMXx4"])
def test_a_made_up_cursor_is_refused(client: TestClient, cursor: str) -> None:
    assert client.get(EVENTS, params={"after": cursor}).status_code == 422


def test_what_organisers_do_is_in_the_audit_log(session: Session, client: TestClient) -> None:
    calendar = make_calendar(session)
    headers = token_for(session, make_organiser(session, calendar, Role.OWNER))
    event = make_event(session, calendar, published=False)
    registration_path = f"{EVENTS}/{event.id}"
    client.post(f"{registration_path}/publish", headers=headers)
    client.patch(registration_path, headers=headers | {"If-Match": "*"}, json={"title": "New name"})
    client.get(f"{registration_path}/registrations.csv", headers=headers)
    client.post(f"{registration_path}/cancel", headers=headers, json={"reason": "Flood"})

    entries = client.get("/api/v1/audit", headers=headers, params={"calendar": calendar.slug}).json()["entries"]

    actions = [entry["action"] for entry in entries]
    assert actions == ["event.cancelled", "registrations.exported", "event.moved", "event.published"]
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == 4


@pytest.mark.parametrize("key", ["%00", "a%00b", "%F2%81%A1%B7", "..%2F..", "A" * 3000, "%20"])
def test_a_key_that_no_event_can_have_is_not_found(session: Session, client: TestClient, key: str) -> None:
    assert client.get(f"{EVENTS}/{key}").status_code == 404
    assert client.get(f"/events/{key}").status_code == 404
    assert client.get(f"/calendars/{key}.ics").status_code == 404
    assert client.get(f"{EVENTS}?calendar={key}").status_code in {404, 422}


def test_only_get_reads(client: TestClient) -> None:
    answer = client.put("/api/v1/me")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_health_and_readiness(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (
        200, {"database": True, "redis": True, "migrations": True, "mail": True},
    )  # fmt: skip
    assert ready.json()["causes"][0].startswith("A dispatcher is missing")
    assert "plenary_mail_waiting 0.0" in client.get("/metrics").text
