"""Registering over HTTP: clear answers, nothing revealed, nothing stored that is not right."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api.crowd import Crowd
from shared.admission import Application
from shared.models import Registration, RegistrationSource, Role
from tests.factories import applicant, in_days, make_calendar, make_event, make_organiser, register, token_for


def ada(**facts: Any) -> dict[str, Any]:
    given = {"name": "Ada Lovelace", "address": "ada@example.org", "consent": True}
    return given | facts


def stored(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Registration)) or 0


def test_a_registration_is_taken_and_answered(session: Session, client: TestClient) -> None:
    event = make_event(session, places=3)
    body = ada(organisation="Analytical Society", city="London", country="gb", audience="Students", language="es",
               time_zone="Europe/London")  # fmt: skip

    answer = client.post(f"/api/v1/events/{event.id}/registrations", json=body)

    assert answer.status_code == 201
    assert answer.json()["status"] == "confirmed"
    [kept] = session.scalars(select(Registration))
    assert (kept.name, kept.country, kept.language, kept.time_zone) == ("Ada Lovelace", "GB", "es", "Europe/London")
    assert kept.source == RegistrationSource.API


def test_the_slug_serves_as_well_as_the_id(session: Session, client: TestClient) -> None:
    event = make_event(session)
    assert client.post(f"/api/v1/events/{event.slug}/registrations", json=ada()).status_code == 201


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(session: Session, client: TestClient) -> None:
    event = make_event(session, places=5)
    path = f"/api/v1/events/{event.id}/registrations"

    first, again, other = (client.post(path, json=body) for body in (ada(), ada(), ada(address="bob@example.org")))

    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (other.status_code, other.json())
    assert stored(session) == 2


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "control characters": (ada(name="Ada\x00Lovelace"), "name"),
    "a line break in the name": (ada(name="Ada\nBcc: eve@example.org"), "name"),
    "a name of 10,000 characters": (ada(name="A" * 10_000), "name"),
    "only spaces": (ada(name="   "), "name"),
    "a bidirectional override": (ada(name="Ada\u202eecalevoL"), "name"),
    "a lone surrogate": (ada(name="Ada \ud800"), "name"),
    "an emoji in the address": (ada(address="a\U0001f600da@example.org"), "address"),
    "an accent in the local part": (ada(address="adá@example.org"), "address"),
    "no address at all": (ada(address="ada"), "address"),
    "two addresses": (ada(address="ada@example.org, eve@example.org"), "address"),
    "a zone that does not exist": (ada(time_zone="Europe/Atlantis"), "time_zone"),
    "an abbreviation as zone": (ada(time_zone="CET"), "time_zone"),
    "a country that does not exist": (ada(country="XX"), "country"),
    "an unknown audience": (ada(audience="Pirates"), "audience"),
    "a language we do not have": (ada(language="tlh"), "language"),
    "no consent": (ada(consent=False), "consent"),
    "a field we do not know": (ada(is_admin=True), "is_admin"),
}


@pytest.mark.parametrize(("body", "field"), WRONG.values(), ids=WRONG.keys())
def test_bad_input_names_the_field_and_stores_nothing(
    session: Session, client: TestClient, body: dict[str, Any], field: str
) -> None:
    event = make_event(session)

    # The standard library's JSON can carry what strict encoders refuse, such as a lone surrogate.
    answer = client.post(
        f"/api/v1/events/{event.id}/registrations",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert stored(session) == 0


@pytest.mark.parametrize("content", ["[]", '"ada"', "null", "{", "\x00", "12"])
def test_what_is_no_json_object_is_refused(session: Session, client: TestClient, content: str) -> None:
    event = make_event(session)
    path = f"/api/v1/events/{event.id}/registrations"

    answer = client.post(path, content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert stored(session) == 0


def test_names_of_the_world_are_kept_as_they_are(session: Session, client: TestClient) -> None:
    event = make_event(session)
    path = f"/api/v1/events/{event.id}/registrations"
    for number, name in enumerate(["أحمد الزهراء", "李小龍", "José Ñandú", "Zoë 🌱", "O'Neil, Jr."]):
        assert client.post(path, json=ada(name=name, address=f"p{number}@example.org")).status_code == 201

    names = session.scalars(select(Registration.name).order_by(Registration.position)).all()
    assert names == ["أحمد الزهراء", "李小龍", "José Ñandú", "Zoë 🌱", "O'Neil, Jr."]


def test_a_domain_with_accents_is_stored_in_its_mailable_form(session: Session, client: TestClient) -> None:
    event = make_event(session)
    client.post(f"/api/v1/events/{event.id}/registrations", json=ada(address="ada@exämple.org"))
    assert session.scalar(select(Registration.address)) == "ada@xn--exmple-cua.org"


def test_a_closed_event_says_why(session: Session, client: TestClient) -> None:
    event = make_event(session)
    token = token_for(session, make_organiser(session, event.calendar, Role.OWNER))
    client.post(f"/api/v1/events/{event.id}/cancel", headers=token)

    answer = client.post(f"/api/v1/events/{event.id}/registrations", json=ada())

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("registration-closed")
    assert "cancelled" in answer.json()["detail"]


def test_an_event_that_is_not_there_and_a_draft_answer_alike(session: Session, client: TestClient) -> None:
    draft = make_event(session, published=False)
    answers = [
        client.post(f"/api/v1/events/{key}/registrations", json=ada())
        for key in (draft.id, draft.slug, "nothing", "01900000-0000-7000-8000-000000000000")
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


def test_a_database_restored_under_us_is_noticed(session: Session, client: TestClient) -> None:
    event = make_event(session, title="Restored", starts_at_local=in_days(9))
    path = f"/api/v1/events/{event.slug}/registrations"
    assert client.post(path, json=ada()).status_code == 201
    session.execute(text("DELETE FROM event"))
    session.commit()
    make_event(session, title="Restored", starts_at_local=in_days(9))

    assert [client.post(path, json=ada()).status_code for _ in range(2)] == [404, 201]


def test_requests_in_flight_share_transactions_and_each_gets_its_own_outcome(session: Session) -> None:
    event = make_event(session, places=40)
    event_id = event.id

    async def crowd() -> list[str]:
        gate = Crowd()
        applications = [
            Application(applicant(f"p{number}@example.org"), RegistrationSource.API, "en") for number in range(100)
        ]
        outcomes = await asyncio.gather(*(gate.register(event_id, application) for application in applications))
        return [outcome.status for outcome in outcomes]

    assert asyncio.run(crowd()) == ["confirmed"] * 40 + ["waitlisted"] * 60
    assert stored(session) == 100
    # PostgreSQL notes in each row which transaction wrote it.
    transactions = session.scalar(text("SELECT count(DISTINCT xmin::text) FROM registration"))
    assert transactions is not None
    assert transactions <= 5


def test_organisers_page_through_registrations(session: Session, client: TestClient) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar)
    headers = token_for(session, make_organiser(session, calendar, Role.VIEWER))
    for number in range(5):
        register(session, event, f"p{number}@example.org")

    path, seen, cursor = f"/api/v1/events/{event.id}/registrations", [], None
    for _ in range(3):
        page = client.get(path, headers=headers, params={"limit": 2} | ({"after": cursor} if cursor else {})).json()
        seen += [row["position"] for row in page["registrations"]]
        cursor = page["next"]

    assert seen == [1, 2, 3, 4, 5]
    assert cursor is None
    assert client.get(path, headers=headers, params={"after": "nonsense"}).status_code == 422


def test_an_organiser_adds_somebody_and_hears_whether_they_were_there(session: Session, client: TestClient) -> None:
    event = make_event(session, places=1, verifies_addresses=True)
    editor = token_for(session, make_organiser(session, event.calendar, Role.EDITOR))
    path = f"/api/v1/events/{event.id}/registrations"

    answers = [
        client.post(path, json=ada(address=address), headers=editor).json()
        for address in ("ada@example.org", "Ada@example.org", "bob@example.org")
    ]

    assert [answer["status"] for answer in answers] == ["confirmed", "waitlisted", "waitlisted"]
    assert [answer["is_new"] for answer in answers] == [True, False, True]
    assert answers[0]["registration_id"] == answers[1]["registration_id"]
    assert set(session.scalars(select(Registration.source))) == {RegistrationSource.ORGANISER}


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (None, 404)])
def test_who_may_not_edit_the_event_adds_nobody(
    session: Session, client: TestClient, role: Role | None, status: int
) -> None:
    event = make_event(session)
    token = token_for(session, make_organiser(session, event.calendar, role))

    answer = client.post(f"/api/v1/events/{event.id}/registrations", json=ada(), headers=token)

    assert answer.status_code == status
    assert stored(session) == 0


def test_the_public_answer_never_says_whether_somebody_was_there(session: Session, client: TestClient) -> None:
    event = make_event(session)
    path = f"/api/v1/events/{event.id}/registrations"

    for answer in (client.post(path, json=ada()) for _ in range(2)):
        assert answer.json().keys() == {"status", "detail", "event_id", "event_url"}


def endless(size: int) -> Iterator[bytes]:
    for _ in range(size // 65536):
        yield b" " * 65536


@pytest.mark.parametrize("announced", [True, False])
def test_a_huge_body_is_refused_whether_or_not_its_size_is_announced(
    session: Session, client: TestClient, announced: bool
) -> None:
    event = make_event(session)
    size = 5 * 1024 * 1024
    content: bytes | Iterator[bytes] = b" " * size if announced else endless(size)

    answer = client.post(f"/api/v1/events/{event.id}/registrations", content=content)

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("too-large")
