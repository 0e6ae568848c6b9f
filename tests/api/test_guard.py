"""Limits, proof of work and suspicion: what a program meets that registers, and what people do not notice."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import altcha
import pytest
from httpx2 import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api.abuse import counters
from services.api.abuse.networks import networks_of
from services.local.redis import running_redis
from services.local.waiting import wait_until
from services.worker.queueing import redis_connection
from shared import clock
from shared.models import Event, Message, Registration, Role
from shared.settings import get_settings
from tests.api.visitors import ELSEWHERE, UNIVERSITY, visiting, visiting_behind_proxy, within_one_window
from tests.factories import find_registration, in_days, make_calendar, make_event, make_organiser, register, token_for


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    limits: dict[str, Any] = {"limit_without_proof": 3, "limit_per_network": 8, "proof_steps": 4}
    for name, value in limits.items():
        monkeypatch.setattr(get_settings(), name, value)
    with within_one_window():
        yield


@pytest.fixture
def visitor(session: Session) -> Iterator[TestClient]:
    with visiting() as client:
        yield client


def send(client: TestClient, event: Event, address: str, *, proof: str | None = None, **headers: str) -> Response:
    body = {"name": "Ada", "address": address, "consent": True}
    given = headers | ({"Altcha": proof} if proof else {})
    return client.post(f"/api/v1/events/{event.slug}/registrations", json=body, headers=given)


def solved(client: TestClient) -> str:
    """What a browser does while somebody types."""
    challenge = altcha.Challenge.from_dict(client.get("/api/v1/proof").json())
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def statuses(session: Session, event: Event) -> list[tuple[str, bool]]:
    query = select(Registration.status, Registration.is_suspect).where(Registration.event_id == event.id)
    return [(status, is_suspect) for status, is_suspect in session.execute(query.order_by(Registration.position))]


def people(count: int, prefix: str = "person") -> list[str]:
    return [f"{prefix}{number}@example.org" for number in range(count)]


def test_beyond_the_soft_limit_those_without_proof_have_to_answer_from_their_address(
    visitor: TestClient, session: Session
) -> None:
    event = make_event(session, places=50)

    answers = [send(visitor, event, address).json()["status"] for address in people(5)]

    assert answers == ["confirmed"] * 3 + ["pending"] * 2
    assert statuses(session, event) == [("confirmed", False)] * 3 + [("pending", True)] * 2
    assert set(session.scalars(select(Message.kind))) == {"confirmation", "verification"}
    session.refresh(event.places)
    assert event.places.taken == 3


def test_with_proof_people_are_taken_beyond_it(visitor: TestClient, session: Session) -> None:
    event = make_event(session)
    for address in people(4):
        send(visitor, event, address)

    answer = send(visitor, event, "ada@example.org", proof=solved(visitor))

    assert answer.json()["status"] == "confirmed"
    assert not find_registration(session, event, "ada@example.org").is_suspect


def test_beyond_the_hard_limit_nobody_is_taken_and_everybody_hears_for_how_long(
    visitor: TestClient, session: Session
) -> None:
    event = make_event(session)
    proofs = [solved(visitor) for _ in range(9)]

    answers = [send(visitor, event, address, proof=proof) for address, proof in zip(people(9), proofs, strict=True)]

    assert [answer.status_code for answer in answers] == [201] * 8 + [429]
    assert answers[0].headers["RateLimit-Policy"] == '"network";q=8;w=600'
    assert re.fullmatch(r'"network";r=7;t=\d+', answers[0].headers["RateLimit"])
    refused = answers[8]
    assert refused.json()["type"].endswith(":too-many-requests")
    assert refused.headers["RateLimit"].startswith('"network";r=0;t=')
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert session.scalar(select(func.count()).select_from(Registration)) == 8


def test_after_a_while_everybody_may_try_again(visitor: TestClient, session: Session) -> None:
    event = make_event(session)
    for address in people(9):
        send(visitor, event, address)

    with clock.travel_to(clock.now() + timedelta(minutes=10)):
        answer = send(visitor, event, "ada@example.org")

    assert (answer.status_code, answer.json()["status"]) == (201, "confirmed")


def test_one_network_does_not_use_up_what_another_may(visitor: TestClient, session: Session) -> None:
    event = make_event(session)
    for address in people(9):
        send(visitor, event, address)

    with visiting(ELSEWHERE) as elsewhere:
        assert send(elsewhere, event, "ada@example.org").json()["status"] == "confirmed"


def test_several_processes_share_a_limit(visitor: TestClient, session: Session) -> None:
    event = make_event(session)

    with visiting() as other_process:
        answers = [
            send(process, event, address).json()["status"]
            for process, address in zip([visitor, other_process] * 2, people(4), strict=True)
        ]

    assert answers == ["confirmed"] * 3 + ["pending"]


def test_a_proof_counts_once(visitor: TestClient, session: Session) -> None:
    event = make_event(session)
    for address in people(3):
        send(visitor, event, address)
    proof = solved(visitor)

    answers = [send(visitor, event, address, proof=proof).json()["status"] for address in people(3, "replayed")]

    assert answers == ["confirmed", "pending", "pending"]


def forged(proof: str, **changes: Any) -> str:
    payload = json.loads(base64.b64decode(proof))
    for place, value in changes.items():
        part, _, name = place.partition("_")
        (payload["challenge"]["parameters"] if part == "parameters" else payload[part])[name] = value
    return base64.b64encode(json.dumps(payload).encode()).decode()


WRONG_PROOFS = {
    "another number's key": lambda proof: forged(proof, solution_derivedKey="00" * 32),
    "no key": lambda proof: forged(proof, solution_derivedKey=None),
    "a challenge of one's own": lambda proof: forged(proof, parameters_nonce="00" * 16),
    "a later end": lambda proof: forged(proof, parameters_expiresAt=4102444800),
    "no signature": lambda proof: forged(proof, challenge_signature=""),
    "a signature that is no text": lambda proof: forged(proof, challenge_signature=["x"]),
    "not base64": lambda _: "%%%",
    "not JSON": lambda _: base64.b64encode(b"hello").decode(),
    "another shape": lambda _: base64.b64encode(b'{"challenge": [], "solution": 7}').decode(),
    "nothing in it": lambda _: base64.b64encode(b"{}").decode(),
    "deep": lambda _: base64.b64encode(b"[" * 1000).decode(),
    "too long": lambda proof: proof + "A" * 2000,
}


@pytest.mark.parametrize("kind", WRONG_PROOFS)
def test_what_is_no_proof_of_ours_is_as_good_as_none(visitor: TestClient, session: Session, kind: str) -> None:
    event = make_event(session)
    for address in people(3):
        send(visitor, event, address)

    answer = send(visitor, event, "ada@example.org", proof=WRONG_PROOFS[kind](solved(visitor)))

    assert (answer.status_code, answer.json()["status"]) == (201, "pending")


def test_a_proof_is_good_for_an_hour(visitor: TestClient, session: Session) -> None:
    event = make_event(session)
    for address in people(3):
        send(visitor, event, address)
    with clock.travel_to(clock.now() - timedelta(minutes=65)):
        proof = solved(visitor)

    assert send(visitor, event, "ada@example.org", proof=proof).json()["status"] == "pending"


def test_a_challenge_is_new_each_time_and_kept_by_nobody(visitor: TestClient) -> None:
    first, second = visitor.get("/api/v1/proof"), visitor.get("/api/v1/proof")

    assert first.json()["signature"] != second.json()["signature"]
    assert first.headers["Cache-Control"] == "no-store"


def test_where_no_proof_is_asked_for_nobody_needs_one(
    visitor: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "proof_steps", 0)
    event = make_event(session)

    assert visitor.get("/api/v1/proof").status_code == 404
    assert "proof.js" not in visitor.get(f"/events/{event.slug}").text
    assert [send(visitor, event, address).json()["status"] for address in people(5)] == ["confirmed"] * 5


def test_one_address_is_tried_a_few_times_only_and_nobody_knows_how_often(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "limit_per_network", 0)
    monkeypatch.setattr(get_settings(), "limit_per_address", 5)
    event = make_event(session)
    allowed = []

    with visiting_behind_proxy() as client:
        for place in range(12):
            there = {"X-Forwarded-For": f"203.0.{place}.7"}
            tries = [send(client, event, "ada@example.org", **there).status_code for _ in range(11)]
            allowed.append(tries.count(201))
            assert tries == sorted(tries)

    assert set(allowed) <= set(range(5, 11))
    assert len(set(allowed)) > 1


def test_organisers_are_not_limited(visitor: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar)
    editor = token_for(session, make_organiser(session, calendar, Role.EDITOR))

    answers = [send(visitor, event, address, **editor).json()["status"] for address in people(12)]

    assert answers == ["confirmed"] * 12


def test_who_claims_to_come_from_elsewhere_is_counted_where_they_are(session: Session) -> None:
    event = make_event(session)
    with visiting_behind_proxy() as client:
        answers = [
            send(client, event, address, **{"X-Forwarded-For": f"198.51.100.{number}, {UNIVERSITY}"}).json()["status"]
            for number, address in enumerate(people(4))
        ]
        honest = send(client, event, "ada@example.org", **{"X-Forwarded-For": ELSEWHERE})

    assert answers == ["confirmed"] * 3 + ["pending"]
    assert honest.json()["status"] == "confirmed"


def test_without_a_proxy_a_forwarded_address_is_nobody_s_word(visitor: TestClient, session: Session) -> None:
    event = make_event(session)

    answers = [
        send(visitor, event, address, **{"X-Forwarded-For": f"198.51.{number}.1"}).json()["status"]
        for number, address in enumerate(people(4))
    ]

    assert answers == ["confirmed"] * 3 + ["pending"]


def test_redis_learns_neither_addresses_nor_networks(visitor: TestClient, session: Session) -> None:
    send(visitor, make_event(session), "ada@example.org", proof=solved(visitor))

    keys = redis_connection().keys("*")

    assert len(keys) == 4  # The connection, the network around it, the address, the proof.
    assert not any(told in key for key in keys for told in (b"ada", b"203.0"))
    assert all(0 < redis_connection().ttl(key) <= 3600 for key in keys)


def test_without_redis_everybody_is_taken_and_nobody_waits_for_it_twice(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    event = make_event(session)
    with running_redis(tmp_path) as url:
        monkeypatch.setattr(get_settings(), "redis_url", url)
        with visiting() as client:
            before = send(client, event, "before@example.org")
    asked = []
    monkeypatch.setattr(counters.log, "warning", lambda *_, **__: asked.append(1))

    with visiting() as client:
        answers = [send(client, event, address) for address in people(12)]

    assert "RateLimit" in before.headers
    assert [answer.json()["status"] for answer in answers] == ["confirmed"] * 12
    assert not any("RateLimit" in answer.headers for answer in answers)
    assert len(asked) == 1


def test_when_redis_answers_again_it_counts_again(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "_REST", 0.0)
    event = make_event(session)
    with visiting() as client:
        redis_connection().execute_command("CLIENT", "PAUSE", "400", "ALL")
        meanwhile = send(client, event, "ada@example.org")

        assert wait_until(
            lambda: "RateLimit" in send(client, event, "bob@example.org").headers, within=timedelta(seconds=20)
        )

    assert (meanwhile.status_code, "RateLimit" in meanwhile.headers) == (201, False)


@pytest.mark.parametrize(
    ("host", "connection", "around"),
    [
        ("203.0.113.7", "203.0.113.7", "203.0.113.250"),
        ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.250"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::9", "2001:db8:1:ffff::9"),
        ("fe80::1%eth0", "fe80::2", "fe80:0:0:9::"),
    ],
)
def test_a_network_is_what_one_connection_has_and_what_is_around_it(host: str, connection: str, around: str) -> None:
    own, wide = networks_of(host)

    assert networks_of(connection) == (own, wide)
    assert networks_of(around)[1] == wide
    assert (own == networks_of(around)[0]) == (connection == around)
    assert own.digest != wide.digest


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "testclient", "", None])
def test_this_machine_and_what_is_no_address_belong_to_no_network(host: str | None) -> None:
    assert networks_of(host) == ()


def test_whoever_has_a_whole_network_is_limited_as_well(session: Session) -> None:
    event = make_event(session)
    with visiting_behind_proxy() as client:
        answers = [
            send(client, event, address, **{"X-Forwarded-For": f"2001:db8:1:{number:x}::1"}).json()["status"]
            for number, address in enumerate(people(32))
        ]

    assert answers == ["confirmed"] * 30 + ["pending"] * 2


def test_organisers_see_what_is_suspect_and_can_look_at_it_alone(visitor: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar, starts_at_local=in_days(3))
    editor = token_for(session, make_organiser(session, calendar, Role.EDITOR))
    for address in people(4):
        send(visitor, event, address)
    register(session, event, "ada@example.org")
    path = f"/api/v1/events/{event.slug}/registrations"

    found = visitor.get(path, params={"is_suspect": "true"}, headers=editor).json()["registrations"]
    others = visitor.get(path, params={"is_suspect": "false"}, headers=editor).json()["registrations"]

    stats = visitor.get(f"/api/v1/events/{event.slug}/stats", headers=editor).json()

    assert (stats["suspicion"]["suspect"], stats["suspicion"]["is_burst"]) == (1, False)
    assert [(one["address"], one["is_suspect"]) for one in found] == [("person3@example.org", True)]
    assert len(others) == 4
