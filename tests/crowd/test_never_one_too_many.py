"""However many come at once, whoever dies meanwhile: exactly the places there are, and no answer that was not true."""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from random import Random

import pytest
from sqlalchemy.orm import Session

from shared.models import Event, Message, MessageKind, Registration
from tests.crowd.people import Crowd, Told
from tests.crowd.processes import ApiProcess
from tests.factories import make_event
from tests.truth import assert_counts_are_true, assert_nobody_twice, everyone

FIRST_MAIL = {"confirmed": MessageKind.CONFIRMATION, "waitlisted": MessageKind.WAITING_LIST}


def assert_all_is_right(session: Session, event: Event, crowd: Crowd, *, places: int, people: int) -> None:
    assert crowd.surprises == []
    assert len(crowd.told) == people
    assert_exactly(session, event, places=places, people=people)
    assert_told_the_truth(crowd.told, everyone(session, event.id))
    assert_in_the_order_of_answers(crowd.told, everyone(session, event.id))


def addresses(number: int) -> list[str]:
    return [f"p{each}@example.org" for each in range(number)]


def crowd_for(event: Event, apis: Sequence[ApiProcess]) -> Crowd:
    return Crowd(event.id, [process.port for process in apis])


def assert_exactly(session: Session, event: Event, *, places: int, people: int) -> None:
    """The first so many have a place, the others wait in the order of commit; each got one mail that says so."""
    assert_counts_are_true(session, event.id)
    assert_nobody_twice(session, event.id)
    registered = everyone(session, event.id)
    assert [one.position for one in registered] == list(range(1, people + 1))
    assert [one.status for one in registered] == ["confirmed"] * places + ["waitlisted"] * (people - places)
    mails = session.query(Message.registration_id, Message.kind).filter(Message.event_id == event.id)
    first = [(one, kind) for one, kind in mails if kind != MessageKind.LINK_AGAIN]
    assert Counter(first) == Counter((one.id, FIRST_MAIL[one.status]) for one in registered)


def assert_told_the_truth(told: Sequence[Told], registered: Sequence[Registration]) -> None:
    """Nobody was told of a registration that is not there, or of a place that is somebody else's."""
    by_address = {one.address: one for one in registered}
    assert [each for each in told if each.address not in by_address] == []
    # After a lost answer the person is known already and is told what a newcomer would get, which may be less.
    untrue = [each for each in told if each.status == "confirmed" or each.tries == 1]
    assert [each for each in untrue if by_address[each.address].status != each.status] == []


def assert_in_the_order_of_answers(told: Sequence[Told], registered: Sequence[Registration]) -> None:
    """Who was told before another one asked stands before them."""
    by_address = {each.address: each for each in told}
    in_order = [by_address[one.address] for one in registered]
    earliest_of_the_rest = list(accumulate((each.told_at for each in reversed(in_order)), min))[::-1]
    overtaken = [
        each for each, told_at in zip(in_order, earliest_of_the_rest[1:], strict=False) if told_at < each.asked_at
    ]
    assert overtaken == []


@pytest.mark.parametrize(("places", "people"), [(1, 200), (7, 200), (500, 800)])
def test_several_processes_give_out_exactly_the_places_there_are(
    session: Session, apis: list[ApiProcess], places: int, people: int
) -> None:
    event = make_event(session, places=places)
    crowd = crowd_for(event, apis)

    with crowd.coming(addresses(people), connections=48):
        pass

    assert_all_is_right(session, event, crowd, places=places, people=people)


@pytest.mark.parametrize("seed", [3, 14])
def test_killed_processes_cost_tries_and_nothing_else(session: Session, apis: list[ApiProcess], seed: int) -> None:
    chance, people, places = Random(seed), 600, 200
    event = make_event(session, places=places)
    crowd = crowd_for(event, apis)
    moments = sorted(chance.sample(range(people), 3))

    with crowd.coming(addresses(people), connections=32):
        for moment in moments:
            crowd.wait_until_told(moment)
            victims = chance.sample(apis, chance.randint(1, len(apis)))
            for process in victims:
                process.kill()
            for process in victims:
                process.start()
    for process in apis:
        process.wait()

    assert_all_is_right(session, event, crowd, places=places, people=people)
    assert any(each.tries > 1 for each in crowd.told)
