"""Clients that take their time, over real sockets: they are cut off, and nobody else notices."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy.orm import Session
from starlette.types import Receive, Scope, Send

from services.api.abuse import slow_clients
from shared.settings import get_settings
from tests.api.serving import Address, Caller, serving
from tests.factories import make_event

QUICK = b"GET /healthz HTTP/1.1\r\nHost: testserver\r\n\r\n"
ENDLESS = b"GET /healthz HTTP/1.1\r\nX-Long: " + b"a" * 10_000


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("head_timeout", "body_timeout", "answer_timeout"):
        monkeypatch.setattr(get_settings(), name, 0.4)


@pytest.fixture
def address(session: Session, impatient: None) -> Iterator[Address]:
    with serving() as found:
        yield found


def is_served(caller: Caller) -> bool:
    caller.say(QUICK)
    return caller.hear().startswith(b"HTTP/1.1 200")


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(address: Address) -> None:
    with Caller(address) as slow:
        assert slow.dribble(ENDLESS).startswith(b"HTTP/1.1 408")


def test_whoever_connects_and_says_nothing_is_hung_up_on_without_a_word(address: Address) -> None:
    with Caller(address) as silent:
        assert silent.hear_all() == b""


def test_a_second_request_has_no_more_time_than_the_first(address: Address) -> None:
    with Caller(address) as slow:
        assert is_served(slow)
        assert slow.dribble(b"\r\n" * 1000 + ENDLESS).startswith(b"HTTP/1.1 408")


def test_a_body_that_comes_byte_by_byte_gets_a_clear_answer_and_the_connection_ends(
    address: Address, session: Session
) -> None:
    path = f"/api/v1/events/{make_event(session).slug}/registrations"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: testserver\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    )
    with Caller(address) as slow:
        slow.say(head.encode())
        answer, _, body = slow.dribble(b'{"name": "' + b"a" * 100_000).partition(b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in answer.lower()
    assert json.loads(body)["type"].endswith(":too-slow")


def test_a_form_that_comes_byte_by_byte_gets_a_page(address: Address, session: Session) -> None:
    head = (
        f"POST /events/{make_event(session).slug}/register HTTP/1.1\r\nHost: testserver\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
    )
    with Caller(address) as slow:
        slow.say(head.encode())
        answer = slow.dribble(b"name=" + b"a" * 5000)

    assert answer.startswith(b"HTTP/1.1 408")
    assert b"The connection was too slow" in answer


def test_an_answer_that_nobody_takes_is_given_up(impatient: None) -> None:
    is_over = threading.Event()

    async def long_answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(1000):
                await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
            is_over.set()

    with serving(long_answer) as address, Caller(address) as unmoved:
        unmoved.say(QUICK)

        assert is_over.wait(20)
        assert len(unmoved.hear_all()) < 1000 * 65536


def test_a_crowd_of_slow_ones_leaves_room_for_a_quick_one(address: Address) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(Caller(address)) for _ in range(100)]
        for one in slow:
            one.say(b"GET / HTTP/1.1\r\nX-Lo")

        quick = stack.enter_context(Caller(address))

        assert is_served(quick)
        assert all(one.hear_all().startswith(b"HTTP/1.1 408") for one in slow)


def test_at_the_bound_those_who_ask_for_nothing_give_way(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_clients, "connection_limit", lambda: 10)
    with serving() as address, ExitStack() as stack:
        idle = [stack.enter_context(Caller(address)) for _ in range(10)]
        for one in idle:
            one.say(b"GET / HT")

        newcomers = [stack.enter_context(Caller(address)) for _ in range(3)]

        assert all(is_served(one) for one in newcomers)
