"""What crosses on the way: one person twice, coming and going, an organiser who changes the places meanwhile."""

from collections import Counter
from typing import Any

from sqlalchemy.orm import Session

from shared.models import Event, EventPlaces, Message, MessageKind, Role
from tests.crowd.people import Connection, Crowd
from tests.crowd.processes import ApiProcess
from tests.factories import applicant, apply_many, make_event, make_organiser, token_for
from tests.truth import (
    assert_counts_are_true,
    assert_mail_tells_the_truth,
    assert_nobody_twice,
    assert_places_are_kept,
    everyone,
)


def ports(apis: list[ApiProcess]) -> list[int]:
    return [process.port for process in apis]


class Desk:
    """An organiser at work while the crowd comes."""

    def __init__(self, session: Session, event: Event, apis: list[ApiProcess]) -> None:
        self._path, self._ports = f"/api/v1/events/{event.id}", ports(apis)
        self._token = token_for(session, make_organiser(session, event.calendar, Role.OWNER))

    def set_places(self, places: int) -> None:
        self._ask("PATCH", self._path, {"places": places}, {"If-Match": "*"})

    def totals(self) -> dict[str, Any]:
        totals: dict[str, Any] = self._ask("GET", f"{self._path}/stats")["totals"]
        return totals

    def cancel(self, registration_id: object) -> None:
        self._ask("DELETE", f"/api/v1/registrations/{registration_id}")

    def _ask(self, method: str, path: str, body: Any = None, headers: Any = None) -> Any:
        with Connection(self._ports) as connection:
            status, answer = connection.ask(method, path, body, self._token | (headers or {}))
        assert status in {200, 204}, answer
        return answer


def test_one_person_who_clicks_many_times_at_once_registers_once(session: Session, apis: list[ApiProcess]) -> None:
    event = make_event(session, places=5)
    crowd = Crowd(event.id, ports(apis))
    spellings = ["ada@example.org", "Ada@Example.org", "ADA@EXAMPLE.ORG"]

    with crowd.coming(spellings * 16, connections=24):
        pass

    assert crowd.surprises == []
    assert [each.status for each in crowd.told] == ["confirmed"] * 48
    assert len(everyone(session, event.id)) == 1
    kinds = Counter(kind for (kind,) in session.query(Message.kind).filter(Message.event_id == event.id))
    # The hour of the second one may begin in the middle.
    assert kinds[MessageKind.CONFIRMATION] == 1
    assert kinds[MessageKind.LINK_AGAIN] in {1, 2}
    assert_counts_are_true(session, event.id)


def test_coming_and_going_cross_and_every_place_stays_taken_once(session: Session, apis: list[ApiProcess]) -> None:
    event = make_event(session, places=20)
    known, new = ([f"{kind}{each}@example.org" for each in range(60)] for kind in ("known", "new"))
    apply_many(session, event, [applicant(address) for address in known])
    going = [one.id for one in everyone(session, event.id)[:40]]
    crowd, desk = Crowd(event.id, ports(apis)), Desk(session, event, apis)

    with crowd.coming([each for pair in zip(known, new, strict=True) for each in pair], connections=16):
        for registration_id in going:
            desk.cancel(registration_id)

    assert crowd.surprises == []
    assert_counts_are_true(session, event.id)
    assert_nobody_twice(session, event.id)
    assert_places_are_kept(session, event.id)
    assert_mail_tells_the_truth(session, event.id)
    live = {one.address for one in everyone(session, event.id) if one.status != "cancelled"}
    assert live >= set(new) | set(known[40:])


def test_fewer_places_throw_nobody_out_and_nobody_moves_up_until_it_fits(
    session: Session, apis: list[ApiProcess]
) -> None:
    event = make_event(session, places=100)
    crowd, desk = Crowd(event.id, ports(apis)), Desk(session, event, apis)

    with crowd.coming([f"p{each}@example.org" for each in range(150)], connections=16):
        crowd.wait_until_told(40)
        desk.set_places(10)
        had_a_place = desk.totals()["confirmed"]

    assert crowd.surprises == []
    assert 40 <= had_a_place <= 100
    assert desk.totals()["over"] == had_a_place - 10
    assert Counter(each.status for each in crowd.told) == {"confirmed": had_a_place, "waitlisted": 150 - had_a_place}

    registered = everyone(session, event.id)
    for one in registered[: had_a_place - 10]:
        desk.cancel(one.id)
    assert (desk.totals()["over"], desk.totals()["confirmed"]) == (0, 10)
    assert [one.status for one in everyone(session, event.id)[had_a_place:]] == ["waitlisted"] * (150 - had_a_place)

    desk.cancel(registered[had_a_place - 1].id)
    desk.set_places(12)
    after = [one.status for one in everyone(session, event.id)[had_a_place:]]
    assert after == ["confirmed"] * 3 + ["waitlisted"] * (147 - had_a_place)
    assert_counts_are_true(session, event.id)
    assert_mail_tells_the_truth(session, event.id)


def test_places_that_change_all_the_time_never_give_one_twice(session: Session, apis: list[ApiProcess]) -> None:
    event = make_event(session, places=0)
    crowd, desk = Crowd(event.id, ports(apis)), Desk(session, event, apis)

    with crowd.coming([f"p{each}@example.org" for each in range(200)], connections=24):
        for places in range(0, 120, 8):
            desk.set_places(places)

    assert crowd.surprises == []
    assert session.get_one(EventPlaces, event.id, populate_existing=True).confirmed == 112
    statuses = [one.status for one in everyone(session, event.id)]
    assert statuses == ["confirmed"] * 112 + ["waitlisted"] * 88
    assert_counts_are_true(session, event.id)
    assert_mail_tells_the_truth(session, event.id)
