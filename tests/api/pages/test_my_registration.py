"""One's own registration behind the link of the mails: seen, corrected, given back; never by opening a link."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import vobject
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, events, links
from shared.links import Purpose
from shared.models import Message, Registration
from tests.api.pages.reading import Reading
from tests.factories import make_event, register

SUMMER: dict[str, Any] = {"starts_at_local": datetime(2031, 7, 23, 15), "time_zone": "Europe/Madrid", "minutes": 90}
CORRECTED = {"name": "Ada L.", "organisation": "", "city": "Turin", "language": "fr", "time_zone": "Europe/Rome"}


def link_of(registration: Registration) -> str:
    return f"/my/{links.sign(Purpose.MY, registration.id)}"


def test_the_link_shows_where_one_stands_in_ones_own_language_and_time(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER, title="Cool streets")
    ada = register(session, event, "ada@example.org", language="es", time_zone="America/Chicago")

    page = Reading(client, link_of(ada), headers={"Accept-Language": "fr"})

    assert page.find("h1") == "Tiene una plaza"
    assert page.find(".card h2") == "Cool streets"
    assert page.find(".card .there") == "miércoles 23 de julio de 2031 15:00–16:30 Madrid (UTC+2)"
    assert page.find(".card .here [data-slot]") == "mié, 23 jul, 08:00–09:30, Chicago (UTC-5)"
    assert page.attribute("#name", "value") == "Ada"
    assert page.attribute("#language option[selected]", "value") == "es"
    assert Reading(client, f"{link_of(ada)}?lang=en").find("h1") == "You have a place"


def test_nobody_else_keeps_or_finds_the_page(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), "ada@example.org")

    headers = Reading(client, link_of(ada)).response.headers

    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_correction_is_kept(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), "ada@example.org", organisation="Old", city="Bilbao")

    answer = client.post(link_of(ada), data=CORRECTED, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{link_of(ada)}?saved=yes")
    session.refresh(ada)
    assert (ada.name, ada.organisation, ada.city) == ("Ada L.", None, "Turin")
    assert (ada.language, ada.time_zone) == ("fr", "Europe/Rome")
    assert Reading(client, answer.headers["location"]).find(".saved") == "Enregistré."


@pytest.mark.parametrize(
    ("fields", "name"), [({"name": ""}, "name"), ({"time_zone": "Mordor"}, "time_zone"), ({"city": "\x00"}, "city")]
)
def test_a_wrong_correction_changes_nothing(
    client: TestClient, session: Session, fields: dict[str, str], name: str
) -> None:
    ada = register(session, make_event(session), "ada@example.org", city="Bilbao")

    answer = client.post(link_of(ada), data=CORRECTED | fields, follow_redirects=False)

    assert answer.status_code == 422
    assert f'href="#{name}"' in answer.text
    session.refresh(ada)
    assert (ada.name, ada.city) == ("Ada", "Bilbao")


def test_cancelling_takes_two_steps_and_gives_the_place_to_who_waits(client: TestClient, session: Session) -> None:
    event = make_event(session, places=1)
    ada = register(session, event, "ada@example.org")
    bob = register(session, event, "bob@example.org")
    assert Reading(client, link_of(bob)).find("h1") == "You are on the waiting list"

    Reading(client, f"{link_of(ada)}/cancel")  # A mail scanner opens whatever it can.
    session.refresh(ada)
    assert ada.status == "confirmed"

    answer = client.post(f"{link_of(ada)}/cancel", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, link_of(ada))
    page = Reading(client, link_of(ada))
    assert page.find("h1") == "Your registration is cancelled"
    assert page.all("form:not([action$='/erase'])") == ["Undo the cancellation"]
    assert Reading(client, link_of(bob)).find("h1") == "You have a place"


def test_cancelling_twice_sends_one_mail(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), "ada@example.org")

    for _ in range(2):
        assert client.post(f"{link_of(ada)}/cancel", follow_redirects=False).status_code == 303

    kinds = list(session.scalars(select(Message.kind).where(Message.registration_id == ada.id)))
    assert kinds.count("registration-cancelled") == 1


def test_who_waits_sees_how_many_are_ahead(client: TestClient, session: Session) -> None:
    event = make_event(session, places=1)
    waiting = [register(session, event, f"{name}@example.org") for name in ("ada", "bob", "cyd", "dan")][1:]

    said = [Reading(client, link_of(one)).find(".lead") for one in waiting]

    assert said[0].startswith("You are next.")
    assert said[1].startswith("One person is ahead of you.")
    assert said[2].startswith("2 people are ahead of you.")


def test_a_cancellation_is_undone_with_one_button(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), "ada@example.org")
    client.post(f"{link_of(ada)}/cancel")
    Reading(client, f"{link_of(ada)}/again")  # A mail scanner opens whatever it can.
    session.refresh(ada)
    assert ada.status == "cancelled"

    answers = [client.post(f"{link_of(ada)}/again", follow_redirects=False) for _ in range(2)]

    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, link_of(ada))] * 2
    assert Reading(client, link_of(ada)).find("h1") == "You have a place"


def test_who_comes_back_after_the_place_went_on_waits_first_in_line(client: TestClient, session: Session) -> None:
    event = make_event(session, places=1)
    ada, _, _ = (register(session, event, f"{name}@example.org") for name in ("ada", "bob", "cyd"))
    client.post(f"{link_of(ada)}/cancel")
    assert "you would be on the waiting list" in Reading(client, link_of(ada)).text

    client.post(f"{link_of(ada)}/again")

    page = Reading(client, link_of(ada))
    assert page.find("h1") == "You are on the waiting list"
    assert page.find(".lead").startswith("You are next.")


def test_an_address_is_verified_with_one_button(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session, verifies_addresses=True), "ada@example.org")
    page = Reading(client, link_of(ada))
    assert page.find("h1") == "Please confirm your registration"
    assert page.all("form:not([action$='/erase']) button") == ["Confirm my registration", "It was not me"]

    for _ in range(2):
        client.post(f"{link_of(ada)}/confirm")

    assert Reading(client, link_of(ada)).find("h1") == "You have a place"


def test_an_offered_place_is_taken_or_declined(client: TestClient, session: Session) -> None:
    event = make_event(session, places=1, offer_hours=24, **SUMMER)
    ada, bob, cyd = (register(session, event, f"{name}@example.org") for name in ("ada", "bob", "cyd"))
    client.post(f"{link_of(ada)}/cancel")
    page = Reading(client, link_of(bob))
    assert page.find("h1") == "A place is kept for you"
    assert "It is yours if you take it until" in page.find(".lead")
    assert "Madrid (UTC+" in page.find(".lead")

    client.post(f"{link_of(bob)}/cancel")
    client.post(f"{link_of(cyd)}/confirm")

    assert Reading(client, link_of(bob)).find("h1") == "Your registration is cancelled"
    assert Reading(client, link_of(cyd)).find("h1") == "You have a place"


def test_what_comes_too_late_is_said_and_changes_nothing(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")
    client.post(f"{link_of(ada)}/cancel")
    register(session, event, "ada@example.org")

    page = Reading(client, f"{link_of(ada)}/again", method="POST")

    assert page.find("[role=alert]") == "That is not possible any more. This is how things stand now."
    assert page.find("h1") == "Your registration is cancelled"


def test_a_cancelled_event_and_one_that_is_over_say_so(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at):
        over = Reading(client, link_of(ada))
    events.cancel(session, event.id, "The hall is flooded.")
    session.commit()
    cancelled = Reading(client, link_of(ada))

    assert "This event is over." in over.text
    assert over.html.select("form:not([action$='/erase'])") == []
    assert "This event is cancelled. The hall is flooded." in cancelled.text


def test_the_calendar_entry_is_the_one_of_the_mail(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session, **SUMMER), "ada@example.org")

    answer = client.get(f"{link_of(ada)}/event.ics")

    entry = vobject.readOne(answer.text).vevent
    assert entry.uid.value == f"reg-{ada.id}@plenary.localhost"
    assert entry.sequence.value == "0"
    assert entry.dtstart.value.isoformat() == "2031-07-23T15:00:00+02:00"
    assert "ada@" not in answer.text.lower()
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_who_waits_has_nothing_to_put_in_a_calendar(client: TestClient, session: Session) -> None:
    event = make_event(session, places=0)
    ada = register(session, event, "ada@example.org")

    assert client.get(f"{link_of(ada)}/event.ics").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["", "/cancel", "/confirm", "/again", "/event.ics"])
def test_a_link_that_nobody_signed_opens_nothing(client: TestClient, session: Session, method: str, path: str) -> None:
    ada = register(session, make_event(session), "ada@example.org")
    unsubscribe_token = links.sign(Purpose.UNSUBSCRIBE, ada.id)
    gone = links.sign(Purpose.MY, uuid4())

    for token in ("nonsense", unsubscribe_token, gone):
        facts: dict[str, Any] = {"data": CORRECTED} if method == "post" else {}
        answer = getattr(client, method)(f"/my/{token}{path}", **facts)
        assert answer.status_code in {404, 405}
    session.refresh(ada)
    assert (ada.name, ada.status) == ("Ada", "confirmed")
