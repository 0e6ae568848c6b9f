"""Looks that many share: one at a time, never older than the question, and their failures are everybody's own."""

import asyncio
import threading
from uuid import UUID

import pytest

from services.api import public_events
from services.api.looks import Looks


class Source:
    """Something to look at, which is slow until it is let go."""

    def __init__(self) -> None:
        self.value, self.looks = 0, 0
        self.begun, self.go = threading.Event(), threading.Event()

    def look(self) -> int:
        self.looks += 1
        seen = self.value
        self.begun.set()
        assert self.go.wait(10)
        return seen


def test_those_who_come_during_a_look_share_the_next_one_and_see_what_was_true_when_they_came() -> None:
    source = Source()

    async def ask() -> tuple[int, list[int]]:
        looks = Looks()
        first = asyncio.create_task(looks.share("page", source.look))
        await asyncio.to_thread(source.begun.wait, 10)
        source.value = 1
        others = [asyncio.create_task(looks.share("page", source.look)) for _ in range(20)]
        await asyncio.sleep(0)
        source.go.set()
        return await first, await asyncio.gather(*others)

    assert asyncio.run(ask()) == (0, [1] * 20)
    assert source.looks == 2


def test_whoever_goes_away_does_not_take_the_look_from_the_others() -> None:
    source = Source()

    async def ask() -> int:
        looks = Looks()
        impatient, patient = (asyncio.create_task(looks.share("page", source.look)) for _ in range(2))
        await asyncio.to_thread(source.begun.wait, 10)
        impatient.cancel()
        source.go.set()
        return await patient

    assert asyncio.run(ask()) == 0


def test_a_look_that_fails_fails_for_all_who_shared_it_and_the_next_one_looks_again() -> None:
    found = iter([ValueError("gone"), 7])

    def look() -> int:
        value = next(found)
        if isinstance(value, Exception):
            raise value
        return value

    async def ask() -> int:
        looks = Looks()
        failed = await asyncio.gather(*(looks.share("page", look) for _ in range(3)), return_exceptions=True)
        assert [str(one) for one in failed] == ["gone"] * 3
        return await looks.share("page", look)

    assert asyncio.run(ask()) == 7


def test_different_keys_do_not_wait_for_each_other() -> None:
    source = Source()

    async def ask() -> int:
        looks = Looks()
        slow = asyncio.create_task(looks.share("slow", source.look))
        await asyncio.to_thread(source.begun.wait, 10)
        quick = await looks.share("quick", lambda: 3)
        source.go.set()
        await slow
        return quick

    assert asyncio.run(ask()) == 3


def test_a_crowd_that_begins_looks_its_event_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def look(event_key: str) -> tuple[UUID, str]:
        asked.append(event_key)
        return UUID(int=7), event_key

    async def begin() -> list[tuple[UUID, str]]:
        looks = Looks()
        return await asyncio.gather(*(public_events.await_event(looks, "trees") for _ in range(64)))

    monkeypatch.setattr(public_events, "_look", look)
    public_events.forget_events()

    assert set(asyncio.run(begin())) == {(UUID(int=7), "trees")}
    assert asked == ["trees"]
