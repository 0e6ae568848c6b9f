"""What the form does against programs: a field nobody sees, the time it was shown, and what organisers see of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from httpx2 import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.local.waiting import wait_until
from shared import clock, suspicion
from shared.models import Event, EventTally, Registration, Role
from shared.settings import get_settings
from tests.api.pages.reading import Reading
from tests.api.visitors import visiting, within_one_window
from tests.factories import make_calendar, make_event, make_organiser, register, token_for

ADA = {"name": "Ada", "address": "ada@example.org", "consent": "yes", "language": "en"}
SOON = timedelta(seconds=1)
ENOUGH = timedelta(seconds=4)
ONCE_MORE = "Press the button once more"


@pytest.fixture(autouse=True)
def _guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(get_settings(), "form_minimum_time", 3.0)
    with within_one_window():
        yield


def shown(client: TestClient, event: Event) -> str:
    return str(Reading(client, f"/events/{event.slug}").attribute("input[name=shown]", "value"))


def send(client: TestClient, event: Event, **fields: str) -> Response:
    return client.post(f"/events/{event.slug}/register", data=ADA | fields, follow_redirects=False)


def stamp_in(answer: Response) -> str:
    found = BeautifulSoup(answer.text, "lxml").select_one("input[name=shown]")
    assert found is not None
    return str(found["value"])


def registered(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Registration)) or 0


def refused(session: Session, event: Event) -> dict[str, int]:
    session.rollback()
    query = select(EventTally.status, EventTally.count).where(
        EventTally.event_id == event.id, EventTally.dimension == "refused"
    )
    return {reason: count for reason, count in session.execute(query)}


def test_a_form_that_was_read_is_taken(client: TestClient, session: Session) -> None:
    event = make_event(session)
    stamp = shown(client, event)

    with clock.travel_to(clock.now() + ENOUGH):
        assert send(client, event, shown=stamp).status_code == 303


def test_a_form_that_comes_back_at_once_is_shown_again_and_loses_nothing(client: TestClient, session: Session) -> None:
    event = make_event(session)
    stamp = shown(client, event)

    with clock.travel_to(clock.now() + SOON):
        again = send(client, event, shown=stamp, city="Turin")

    assert again.status_code == 422
    assert ONCE_MORE in again.text
    assert 'value="Turin"' in again.text
    assert registered(session) == 0
    with clock.travel_to(clock.now() + ENOUGH):
        assert send(client, event, shown=stamp_in(again)).status_code == 303


@pytest.mark.parametrize(
    "forged", ["", "0" * 44, "18c2f0a5d3e7" + "ab" * 16, "nonsense", "-1", "💧" * 44, "0x" + "f" * 42]
)
def test_a_stamp_that_we_did_not_make_is_replaced_by_one_that_we_did(
    client: TestClient, session: Session, forged: str
) -> None:
    event = make_event(session)

    again = send(client, event, shown=forged)

    assert again.status_code == 422
    assert ONCE_MORE in again.text
    with clock.travel_to(clock.now() + ENOUGH):
        assert send(client, event, shown=stamp_in(again)).status_code == 303


def test_a_stamp_is_for_one_event(client: TestClient, session: Session) -> None:
    event, other = make_event(session), make_event(session)
    stamp = shown(client, other)

    with clock.travel_to(clock.now() + ENOUGH):
        assert send(client, event, shown=stamp).status_code == 422


def test_a_page_that_lay_in_a_drawer_is_shown_again(client: TestClient, session: Session) -> None:
    event = make_event(session, starts_at_local=(clock.now() + timedelta(days=90)).replace(tzinfo=None))
    stamp = shown(client, event)

    with clock.travel_to(clock.now() + timedelta(days=20)):
        assert send(client, event, shown=stamp).status_code == 303
    with clock.travel_to(clock.now() + timedelta(days=31)):
        assert send(client, event, shown=stamp, address="bob@example.org").status_code == 422


def test_whoever_corrects_a_mistake_need_not_wait_again(client: TestClient, session: Session) -> None:
    event = make_event(session)
    stamp = shown(client, event)

    with clock.travel_to(clock.now() + ENOUGH):
        mistaken = send(client, event, shown=stamp, name="")
        assert send(client, event, shown=stamp_in(mistaken)).status_code == 303


def test_the_page_is_the_same_for_caches_whenever_it_is_shown(client: TestClient, session: Session) -> None:
    event = make_event(session)
    first = client.get(f"/events/{event.slug}")

    with clock.travel_to(clock.now() + ENOUGH):
        second = client.get(f"/events/{event.slug}")
        known = client.get(f"/events/{event.slug}", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["ETag"].startswith("W/")
    assert first.headers["Content-Length"] == second.headers["Content-Length"]
    assert stamp_in(first) != stamp_in(second)
    assert known.status_code == 304


def test_the_page_does_not_tell_who_registered_before(client: TestClient, session: Session) -> None:
    """A registration that changes nothing on the page does not change its ETag either."""
    event = make_event(session, places=None)
    before = client.get(f"/events/{event.slug}").headers["ETag"]

    register(session, event, "ada@example.org")

    assert client.get(f"/events/{event.slug}").headers["ETag"] == before


def test_whoever_fills_in_what_nobody_sees_is_thanked_and_not_stored(client: TestClient, session: Session) -> None:
    event = make_event(session, places=1)
    stamp = shown(client, event)

    with clock.travel_to(clock.now() + ENOUGH):
        trapped = send(client, event, shown=stamp, message="Buy now")
        honest = send(client, event, shown=stamp)
        trapped_later = send(client, event, shown=stamp, message="Buy now", address="bob@example.org")
        waiting = send(client, event, shown=stamp, address="cyd@example.org")

    assert (trapped.status_code, trapped.headers["location"]) == (honest.status_code, honest.headers["location"])
    assert trapped_later.headers["location"] == waiting.headers["location"]
    assert registered(session) == 2


def test_what_nobody_sees_is_out_of_the_way_of_everybody(client: TestClient, session: Session) -> None:
    page = Reading(client, f"/events/{make_event(session).slug}")

    trap = page.html.select_one("input[name=message]")
    assert trap is not None
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    assert trap.find_parent(attrs={"aria-hidden": "true"})
    assert page.find("label[for=message]") == "Leave this field empty"


def test_refusals_are_counted_and_stored_together(session: Session) -> None:
    event = make_event(session)
    with visiting() as client:
        for _ in range(5):
            send(client, event)
        send(client, event, message="Buy now")

        assert wait_until(
            lambda: refused(session, event) == {"too-fast": 5, "hidden-field": 1}, within=timedelta(seconds=20)
        )


def test_what_was_noted_is_stored_when_the_service_ends(session: Session) -> None:
    event = make_event(session)

    with visiting() as client:
        send(client, event)

    assert refused(session, event) == {"too-fast": 1}


def test_a_network_that_sends_nothing_but_mistakes_is_stopped_as_well(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "limit_per_network", 5)
    event = make_event(session)

    with visiting() as client:
        answers = [send(client, event, name="") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "Too many requests at once" in answers[5].text
    assert int(answers[5].headers["Retry-After"]) > 0
    assert refused(session, event) == {"too-many": 1}


def burst_of(session: Session, event: Event, **reasons: int) -> None:
    suspicion.note_refusals(session, event.id, reasons)
    session.commit()


def seen(client: TestClient, event: Event, viewer: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = client.get(f"/api/v1/events/{event.slug}/stats", headers=viewer).json()["suspicion"]
    return found


@pytest.fixture
def viewer(session: Session) -> tuple[Event, dict[str, str]]:
    calendar = make_calendar(session)
    return make_event(session, calendar), token_for(session, make_organiser(session, calendar, Role.VIEWER))


def test_a_burst_is_seen_for_ten_to_twenty_minutes(
    client: TestClient, session: Session, viewer: tuple[Event, dict[str, str]]
) -> None:
    event, token = viewer
    burst_of(session, event, **{"too-fast": 15, "hidden-field": 4})
    few = seen(client, event, token)
    burst_of(session, event, **{"too-many": 1})
    many = seen(client, event, token)

    assert (few["refused"], few["is_burst"]) == (19, False)
    assert (many["refused"], many["suspect"], many["is_burst"]) == (20, 0, True)
    with clock.travel_to(clock.now() + timedelta(minutes=9)):
        assert seen(client, event, token)["is_burst"]
    with clock.travel_to(clock.now() + timedelta(minutes=20)):
        assert seen(client, event, token) | {"since": ""} == {
            "refused": 0,
            "suspect": 0,
            "is_burst": False,
            "since": "",
        }


def test_a_few_hasty_people_in_a_crowd_are_no_burst(
    client: TestClient, session: Session, viewer: tuple[Event, dict[str, str]]
) -> None:
    event, token = viewer
    burst_of(session, event, **{"too-fast": 20})
    session.add(EventTally(event_id=event.id, dimension="registered", value=hour(), status="", count=201))
    session.commit()
    honest = seen(client, event, token)
    burst_of(session, event, **{"too-fast": 1})

    assert not honest["is_burst"]
    assert seen(client, event, token)["is_burst"]


def hour() -> str:
    return f"{clock.now():%Y-%m-%dT%H}"


def test_old_counts_do_not_pile_up(session: Session) -> None:
    event = make_event(session)
    burst_of(session, event, **{"too-fast": 3})

    with clock.travel_to(clock.now() + timedelta(days=2)):
        burst_of(session, event, **{"too-many": 1})

    assert refused(session, event) == {"too-many": 1}
