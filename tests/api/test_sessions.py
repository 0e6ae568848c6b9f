"""Signing in: one answer to every wrong try, and not for ever."""

import pytest
from redis import ConnectionError as RedisAway
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api.abuse import rate_limits
from tests.factories import PASSWORD, make_organiser


def test_signing_in_and_out(session: Session, client: TestClient) -> None:
    organiser = make_organiser(session)
    right = {"address": organiser.address.upper(), "password": "correct horse battery staple"}

    token = client.post("/api/v1/sessions", json=right)
    assert token.status_code == 201
    headers = {"Authorization": f"Bearer {token.json()['token']}"}
    assert client.get("/api/v1/me", headers=headers).json()["address"] == organiser.address

    assert client.delete("/api/v1/sessions", headers=headers).status_code == 204
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_wrong_password_and_an_unknown_address_answer_alike(session: Session, client: TestClient) -> None:
    organiser = make_organiser(session)
    answers = [
        client.post("/api/v1/sessions", json={"address": address, "password": "wrong password here"})
        for address in (organiser.address, "nobody@example.org", "\x00", "'; DROP TABLE organiser; --")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1


def test_nobody_tries_for_ever(session: Session, client: TestClient) -> None:
    organiser = make_organiser(session)
    wrong = {"address": organiser.address, "password": "not this one, surely"}

    statuses = [client.post("/api/v1/sessions", json=wrong).status_code for _ in range(11)]
    refused = client.post("/api/v1/sessions", json=wrong | {"password": PASSWORD})

    assert statuses == [401] * 10 + [429]
    assert refused.status_code == 429
    assert 500 < int(refused.headers["retry-after"]) <= 600
    other = make_organiser(session)
    assert client.post("/api/v1/sessions", json={"address": other.address, "password": PASSWORD}).status_code == 201


def test_without_redis_people_still_sign_in(
    session: Session, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bool:
        raise RedisAway

    monkeypatch.setattr(rate_limits._limiter(), "hit", away)
    right = {"address": make_organiser(session).address, "password": PASSWORD}
    assert [client.post("/api/v1/sessions", json=right).status_code for _ in range(12)] == [201] * 12


@pytest.mark.parametrize("body", ["[]", "{}", '{"address": 5, "password": []}', '{"address": "a"}'])
def test_what_is_no_sign_in_names_the_fields(client: TestClient, body: str) -> None:
    answer = client.post("/api/v1/sessions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"]
