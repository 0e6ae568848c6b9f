"""A creating request sent twice under one key is done once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock
from shared.models import Calendar, Event, Role
from tests.factories import make_calendar, make_organiser, token_for

EVENTS = "/api/v1/events"


@pytest.fixture
def calendar(session: Session) -> Calendar:
    return make_calendar(session)


@pytest.fixture
def headers(session: Session, calendar: Calendar) -> dict[str, str]:
    return token_for(session, make_organiser(session, calendar, Role.EDITOR))


def stored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Event)) or 0


def create(client: TestClient, calendar: Calendar, headers: dict[str, str], **more: Any) -> Any:
    return client.post(EVENTS, headers=headers, json={"calendar": calendar.slug, "title": "Reeds"} | more)


def test_the_same_request_again_gets_the_same_answer(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    keyed = headers | {"Idempotency-Key": "a-key"}

    first, again = (create(client, calendar, keyed) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert stored(session) == 1


def test_an_import_is_done_once_too(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    text = "# Webinar: Otters\n\n3 March 2027, 15:00 (Europe/Madrid)\n\n## Contents\n\n- Otters\n"
    keyed = headers | {"Idempotency-Key": "another", "Content-Type": "text/markdown"}
    params = {"calendar": calendar.slug}

    first, again = (client.post(f"{EVENTS}/import", headers=keyed, params=params, content=text) for _ in range(2))

    assert first.json() == again.json()
    assert stored(session) == 1


def test_a_key_serves_one_request_only(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    keyed = headers | {"Idempotency-Key": "a-key"}
    create(client, calendar, keyed)
    other = create(client, calendar, keyed, title="Something else")
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "idempotency-key"


def test_keys_of_two_organisers_are_two_keys_and_none_lasts_for_ever(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    key = {"Idempotency-Key": "a-key"}
    other = token_for(session, make_organiser(session, calendar, Role.EDITOR))
    create(client, calendar, headers | key)
    create(client, calendar, other | key)
    with clock.travel_to(clock.now() + timedelta(hours=25)):
        create(client, calendar, headers | key)
    assert stored(session) == 3


def test_without_a_key_twice_is_twice(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    create(client, calendar, headers)
    create(client, calendar, headers)
    assert stored(session) == 2


def test_a_refused_request_does_not_use_up_its_key(
    session: Session, client: TestClient, calendar: Calendar, headers: dict[str, str]
) -> None:
    keyed = headers | {"Idempotency-Key": "a-key"}
    assert create(client, calendar, keyed, time_zone="CET").status_code == 422
    assert create(client, calendar, keyed).status_code == 201
