"""The way into the room: only pressing the button counts, only in time, and only for who has a place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, events, links, registrations, tallies
from shared.database import new_session
from shared.links import Purpose
from shared.models import Event, EventTally, Message, Registration
from shared.schemas.events import EventContent
from tests.api.pages.reading import Reading
from tests.factories import deliver_everything, make_event, register
from tests.mailbox import Mailbox
from tests.truth import assert_counts_are_true, everyone

ROOM = "https://rooms.example.org/j/987?pwd=Zm9v;x&lang=en#top"
SUMMER: dict[str, Any] = {
    "starts_at_local": datetime(2031, 7, 23, 15),
    "time_zone": "Europe/Madrid",
    "minutes": 90,
    "room_url": ROOM,
}


def link_of(registration: Registration) -> str:
    return f"/join/{links.sign(Purpose.JOIN, registration.id)}"


def before_start(event: Event, minutes: float) -> datetime:
    assert event.starts_at is not None
    return event.starts_at - timedelta(minutes=minutes)


def press(client: TestClient, registration: Registration, **request: Any) -> Any:
    return client.post(link_of(registration), follow_redirects=False, **request)


def joined_at(session: Session, registration: Registration) -> datetime | None:
    session.refresh(registration)
    return registration.joined_at


def joins(session: Session, event: Event) -> dict[tuple[str, str], int]:
    """By minute and audience, as they are kept."""
    query = select(EventTally).where(EventTally.event_id == event.id, EventTally.dimension == tallies.JOINED)
    session.rollback()
    return {(one.value, one.status): one.count for one in session.scalars(query)}


def test_pressing_the_button_in_time_leads_into_the_room_and_counts(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org", audience="Students")

    with clock.travel_to(before_start(event, 14.5)):
        page = Reading(client, link_of(ada))
        assert joined_at(session, ada) is None  # Mail scanners open links.
        answer = press(client, ada)
        came_at = clock.now()

    assert page.find("h1") == "The room is open"
    assert page.all("main form button") == ["Join now"]
    assert (answer.status_code, answer.headers["location"]) == (303, ROOM)
    noted = joined_at(session, ada)
    assert noted is not None
    assert abs(came_at - noted) < timedelta(seconds=5)
    assert joins(session, event) == {(f"{noted:%Y-%m-%dT%H:%M}", "Students"): 1}


def test_before_its_time_the_button_says_when_and_pressing_changes_nothing(
    client: TestClient, session: Session
) -> None:
    event = make_event(session, **SUMMER, room_opens_minutes=20)
    ada = register(session, event, "ada@example.org", time_zone="America/Chicago")

    with clock.travel_to(before_start(event, 21)):
        page = Reading(client, link_of(ada))
        answer = press(client, ada)
        told = Reading(client, answer.headers["location"])

    assert page.find("h1") == "The room is not open yet"
    assert page.all("main form button") == ["Join from 14:40, Madrid (UTC+2)"]
    assert page.all("[role=alert]") == []
    assert answer.status_code == 303
    assert told.find("[role=alert]").startswith("It is not open yet")
    assert "14:40 Madrid (UTC+2)" in told.text
    assert "07:40, Chicago (UTC-5)" in told.text
    assert joined_at(session, ada) is None
    assert joins(session, event) == {}


def test_the_room_can_change_at_any_time_without_a_new_mail(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")
    mails = session.query(Message).count()

    events.edit(session, event.id, EventContent(room_url="https://other.example.org/room"), version=None)
    session.commit()
    with clock.travel_to(before_start(event, 5)):
        answer = press(client, ada)

    assert answer.headers["location"] == "https://other.example.org/room"
    assert session.query(Message).count() == mails


def test_a_link_in_the_location_is_the_room_where_none_is_named(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER | {"room_url": None, "location": "Online: https://meet.example.org/abc."})
    ada = register(session, event, "ada@example.org")
    with clock.travel_to(before_start(event, 5)):
        assert press(client, ada).headers["location"] == "https://meet.example.org/abc"


def test_without_a_room_the_page_says_so_and_offers_to_try_again(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER | {"room_url": None})
    ada = register(session, event, "ada@example.org")

    with clock.travel_to(before_start(event, 5)):
        page = Reading(client, link_of(ada))
        told = Reading(client, press(client, ada).headers["location"])

    assert page.find("h1") == "The room is not ready yet"
    assert page.all("main form button") == ["Try again"]
    assert told.find("[role=alert]") == "The hosts have still not named the room."
    assert joined_at(session, ada) is None


def test_when_it_is_over_the_page_shows_the_recording(client: TestClient, session: Session) -> None:
    recording = "https://video.example.org/w/1"
    event = make_event(session, **SUMMER, recording_url=recording)
    ada = register(session, event, "ada@example.org")
    assert recording not in Reading(client, link_of(ada)).response.text

    with clock.travel_to(before_start(event, -125)):
        page = Reading(client, link_of(ada))
        answer = press(client, ada)
        own = Reading(client, f"/my/{links.sign(Purpose.MY, ada.id)}")
        public = Reading(client, f"/events/{event.slug}")

    assert page.find("h1") == "This event is over."
    for shown in (page, own, public):
        assert shown.attribute("main a.button", "href") == recording
    assert answer.headers["location"].startswith("/join/")
    assert joined_at(session, ada) is None


def test_a_meeting_that_runs_over_can_be_returned_to_and_nobody_is_counted(
    client: TestClient, session: Session
) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")

    with clock.travel_to(before_start(event, -100)):
        page = Reading(client, link_of(ada))
        answer = press(client, ada)

    assert page.find("h1") == "This event is over."
    assert page.all("main form button") == ["Go to the room"]
    assert answer.headers["location"] == ROOM
    assert joined_at(session, ada) is None


@pytest.mark.parametrize(
    ("call_off", "heading"),
    [(events.cancel, "This event is cancelled."), (events.postpone, "This event is postponed.")],
)
def test_an_event_that_was_called_off_says_so(
    client: TestClient, session: Session, call_off: Any, heading: str
) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")
    call_off(session, event.id, "The hall is flooded.")
    session.commit()

    with clock.travel_to(before_start(event, 5)):
        page = Reading(client, link_of(ada))
        answer = press(client, ada)

    assert page.find("h1") == heading
    assert "The hall is flooded." in page.text
    assert page.all("main form") == []
    assert answer.headers["location"].startswith("/join/")
    assert joined_at(session, ada) is None


@pytest.mark.parametrize(
    ("facts", "heading"),
    [
        ({"places": 0}, "You are on the waiting list"),
        ({"verifies_addresses": True}, "Please confirm your registration"),
    ],
)
def test_who_has_no_place_reads_what_to_do(
    client: TestClient, session: Session, facts: dict[str, Any], heading: str
) -> None:
    event = make_event(session, **SUMMER, **facts)
    ada = register(session, event, "ada@example.org")
    with clock.travel_to(before_start(event, 5)):
        session.query(Registration).update({"answer_by": event.ends_at if ada.answer_by else None})
        session.commit()
        page = Reading(client, link_of(ada))
        answer = press(client, ada)

    assert page.find("h1") == heading
    assert page.find(f"main a[href='/events/{event.slug}/link']") == "Have the link to your registration sent again"
    assert page.all("main form") == []
    assert ROOM not in answer.headers["location"]
    assert joined_at(session, ada) is None


def test_an_offered_place_and_a_cancelled_one_lead_nowhere(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER, places=1, offer_hours=24)
    ada, bob = (register(session, event, f"{name}@example.org") for name in ("ada", "bob"))
    registrations.cancel(session, ada.id)
    session.commit()

    with clock.travel_to(before_start(event, 5)):
        pages = [Reading(client, link_of(one)) for one in (ada, bob)]
        answers = [press(client, one) for one in (ada, bob)]

    assert [page.find("h1") for page in pages] == ["Your registration is cancelled", "A place is kept for you"]
    assert all(answer.headers["location"].startswith("/join/") for answer in answers)
    # The link to one's registration can do more than this one: whoever was given this one must not get it here.
    assert all("/my/" not in page.response.text for page in pages)


def test_an_event_on_site_has_no_room(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER | {"location": "Town hall, room 5", "is_online": False})
    ada = register(session, event, "ada@example.org")
    with clock.travel_to(before_start(event, 5)):
        page = Reading(client, link_of(ada))
        assert press(client, ada).headers["location"].startswith("/join/")
    assert page.find("h1") == "This event takes place on site"
    assert "Town hall, room 5" in page.text


def test_pressing_twice_counts_once_and_leads_there_again(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")

    with clock.travel_to(before_start(event, 14)):
        press(client, ada)
    first = joined_at(session, ada)
    with clock.travel_to(before_start(event, 2)):
        again = press(client, ada)

    assert again.headers["location"] == ROOM
    assert joined_at(session, ada) == first
    assert sum(joins(session, event).values()) == 1


def test_many_who_press_at_once_are_all_counted(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)
    people = [register(session, event, f"person{n}@example.org", audience=["Students", None][n % 2]) for n in range(40)]

    with clock.travel_to(before_start(event, 5)), ThreadPoolExecutor(16) as pool:
        # Everybody presses in two windows.
        answers = list(pool.map(lambda one: press(client, one), people * 2))

    assert {answer.headers["location"] for answer in answers} == {ROOM}
    counted = joins(session, event)
    assert sum(counted.values()) == 40
    assert {audience for _, audience in counted} == {"Students", ""}
    assert all(joined_at(session, one) is not None for one in people)
    assert_counts_are_true(session, event.id)


def test_people_press_while_an_organiser_edits_and_nobody_waits_for_ever(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)
    people = [register(session, event, f"person{number}@example.org") for number in range(30)]
    deliver_everything(session)

    def edit(number: int) -> None:
        with new_session() as own:
            events.edit(own, event.id, EventContent(title=f"Title {number}"), version=None)
            own.commit()

    with clock.travel_to(before_start(event, 5)), ThreadPoolExecutor(12) as pool:
        edits = [pool.submit(edit, number) for number in range(4)]
        answers = list(pool.map(lambda one: press(client, one), people))
        for done in edits:
            done.result()

    assert [answer.status_code for answer in answers] == [303] * 30
    assert sum(joins(session, event).values()) == 30
    assert {one.sequence for one in everyone(session, event.id)} == {4}


def test_nothing_on_the_way_keeps_or_leaks_the_link(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")

    with clock.travel_to(before_start(event, 5)):
        answers = [client.get(link_of(ada)), client.head(link_of(ada)), press(client, ada)]
    answers.append(press(client, ada))

    for answer in answers:
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert all("rooms.example.org" not in f"{answer.headers}{answer.text}" for answer in (*answers[:2], answers[3]))


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_nobody_signed_leads_nowhere(client: TestClient, session: Session, method: str) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")
    gone, other_purpose = links.sign(Purpose.JOIN, uuid4()), links.sign(Purpose.MY, ada.id)

    with clock.travel_to(before_start(event, 5)):
        for token in ("nonsense", "a" * 3000, gone, other_purpose, "https:%2F%2Fevil.example"):
            assert getattr(client, method)(f"/join/{token}", follow_redirects=False).status_code == 404
    assert joined_at(session, ada) is None


@pytest.mark.parametrize(
    "room",
    ["javascript:alert(1)", "ftp://rooms.example.org", "//rooms.example.org", "rooms.example.org/a", "https://", ""],
)
def test_a_room_that_is_no_web_address_is_refused(room: str) -> None:
    with pytest.raises(ValueError, match="is not a web address"):
        EventContent(room_url=room)


def test_a_room_is_kept_as_browsers_read_it() -> None:
    assert EventContent(room_url="https://räume.example/a b\n").room_url == "https://xn--rume-loa.example/a%20b"


@pytest.mark.parametrize("stored", ["javascript:alert(1)", "//evil.example", "https://x.example/\r\nSet-Cookie: a=b"])
def test_what_got_into_the_database_otherwise_forwards_nowhere_else(
    client: TestClient, session: Session, stored: str
) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")
    event.room_url = stored
    session.commit()
    with clock.travel_to(before_start(event, 5)):
        answer = press(client, ada)
    assert answer.headers["location"].startswith(("/join/", "https://x.example/"))
    assert "set-cookie" not in answer.headers


def test_ones_own_page_has_the_same_button(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")
    own = f"/my/{links.sign(Purpose.MY, ada.id)}"

    with clock.travel_to(before_start(event, 60)):
        early = Reading(client, own)
    with clock.travel_to(before_start(event, 5)):
        open_ = Reading(client, own)

    assert early.find("#join button") == "Join from 14:45, Madrid (UTC+2)"
    assert open_.find("#join button") == "Join now"
    assert open_.attribute("#join form", "action") == link_of(ada)
    assert ROOM not in early.response.text + open_.response.text
    registrations.cancel(session, ada.id)
    session.commit()
    assert Reading(client, own).all("#join") == []


def test_the_link_of_the_mail_says_which_mail_and_using_it_tells_that_it_arrived(
    client: TestClient, session: Session, mailbox: Mailbox
) -> None:
    event = make_event(session, **SUMMER)
    ada = register(session, event, "ada@example.org")
    deliver_everything(session)
    message = session.scalars(select(Message)).one()
    ada.undelivered_at = clock.now()
    session.commit()
    address = links.url(Purpose.JOIN, ada.id, message.id).removeprefix("http://testserver")
    sent = mailbox.only_mail_to("ada@example.org")
    text = sent.get_body(("plain",)).get_content()
    entry = next(part for part in sent.walk() if part.get_content_type() == "text/calendar").get_content()
    assert links.url(Purpose.MY, ada.id, message.id) in text
    # What stays in a calendar is the same in every mail.
    assert "/join/" in entry
    assert "?m=" not in entry

    with clock.travel_to(before_start(event, 5)):
        page = Reading(client, address)
        session.refresh(message)
        assert message.opened_at is None
        client.post(str(page.attribute("main form", "action")), follow_redirects=False)

    session.refresh(message)
    session.refresh(ada)
    assert message.opened_at is not None
    assert ada.undelivered_at is None
