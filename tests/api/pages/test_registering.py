"""Registering on the page: from a form, through the crowd path, to words that tell nothing about anybody."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from httpx2 import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, events
from shared.models import Event, Message, Registration
from tests.api.pages.reading import Reading
from tests.factories import find_registration, make_event, register

ADA = {"name": "Ada", "address": "ada@example.org", "consent": "yes", "language": "en"}


def send(client: TestClient, event: Event, query: str = "", **fields: str) -> Response:
    return client.post(f"/events/{event.slug}/register{query}", data=ADA | fields, follow_redirects=False)


def registered(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Registration)) or 0


def problems(response: Response) -> dict[str, str]:
    """What the summary says, by the field that it links to."""
    links = BeautifulSoup(response.text, "lxml").select(".summary a")
    return {str(link["href"]).removeprefix("#"): link.get_text() for link in links}


def test_a_form_becomes_a_registration_and_a_page_says_what_follows(client: TestClient, session: Session) -> None:
    event = make_event(session)

    answer = send(
        client, event, "?lang=es", name="Ada Álvarez", organisation="City of Bilbao", city="Bilbao", country="es",
        audience="students", language="fr", time_zone="new york",
    )  # fmt: skip

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/events/{event.slug}/registered?lang=es&outcome=confirmed"
    ada = find_registration(session, event, "ada@example.org")
    assert (ada.name, ada.organisation, ada.city, ada.country) == ("Ada Álvarez", "City of Bilbao", "Bilbao", "ES")
    assert (ada.audience, ada.language, ada.time_zone, ada.source) == ("Students", "fr", "America/New_York", "page")
    page = Reading(client, answer.headers["location"])
    assert page.find("h1") == "Tiene una plaza"
    assert page.response.headers["X-Robots-Tag"] == "noindex"


def test_what_may_be_left_empty_is_left_empty(client: TestClient, session: Session) -> None:
    event = make_event(session)

    send(client, event, "?lang=fr", organisation="", city=" ", country="", audience="", language="", time_zone="")

    ada = find_registration(session, event, "ada@example.org")
    assert (ada.organisation, ada.city, ada.country, ada.audience, ada.time_zone) == (None, None, None, None, None)
    assert ada.language == "fr"


def test_an_address_that_is_registered_already_gets_the_same_answer(client: TestClient, session: Session) -> None:
    event = make_event(session)
    newcomer = send(client, event)
    again = send(client, event, address="ADA@example.org")

    assert (again.status_code, again.headers["location"]) == (newcomer.status_code, newcomer.headers["location"])
    assert "ada" not in Reading(client, again.headers["location"]).text.lower()
    assert registered(session) == 1
    assert sorted(session.scalars(select(Message.kind))) == ["confirmation", "link-again"]


def test_a_full_event_puts_people_on_the_waiting_list(client: TestClient, session: Session) -> None:
    event = make_event(session, places=1)
    register(session, event, "bob@example.org")

    answer = send(client, event)

    assert answer.headers["location"].endswith("outcome=waitlisted")
    page = Reading(client, answer.headers["location"])
    assert page.find("h1") == "The event is full"
    assert "Unless your address has a place already" in page.text
    assert find_registration(session, event, "ada@example.org").status == "waitlisted"


def test_mistakes_come_back_with_what_was_typed_and_what_to_do(client: TestClient, session: Session) -> None:
    event = make_event(session)

    typed = {"name": " ", "address": "ada@", "city": "Bilbao <b>", "country": "FR", "language": "fr"}
    page = Reading(client, f"/events/{event.slug}/register", method="POST", data=typed)

    assert page.status == 422
    assert problems(page.response) == {
        "name": "Write your name.",
        "address": "Mail cannot be sent to this address. Check it: it looks like name@example.org.",
        "consent": "Tick this box if you agree: without it your registration cannot be kept.",
    }
    assert page.attribute("#address", "value") == "ada@"
    assert page.attribute("#city", "value") == "Bilbao <b>"
    assert page.attribute("#country option", "value") == "FR"
    assert page.attribute("#language option[selected]", "value") == "fr"
    assert page.attribute("#address", "aria-describedby") == "address-problem"
    assert page.attribute("#address", "aria-invalid") == "true"
    assert page.find("title").startswith("To correct:")
    assert registered(session) == 0


def test_mistakes_are_named_in_the_language_of_the_reader(client: TestClient, session: Session) -> None:
    event = make_event(session)

    answer = client.post(f"/events/{event.slug}/register", headers={"Accept-Language": "es"}, data={**ADA, "name": ""})

    assert problems(answer) == {"name": "Escriba su nombre."}
    assert answer.headers["Content-Language"] == "es"


NAME_CHARACTERS = "This contains characters that cannot be shown, such as line breaks. Type it again."
NO_MAIL = "Mail cannot be sent to this address. Check it: it looks like name@example.org."
NO_ZONE = "We know no such time zone. Choose one from the list, such as Europe/Madrid."
NO_CONSENT = "Tick this box if you agree: without it your registration cannot be kept."
WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"name": "A" * 10_000}, "name", "Your name is too long: shorten it to 200 characters."),
    ({"name": "Ada\x07"}, "name", NAME_CHARACTERS),
    ({"name": "Ada\r\nBcc: x@example.org"}, "name", NAME_CHARACTERS),
    ({"name": "Ada \u202egpj.exe"}, "name", NAME_CHARACTERS),
    ({"address": "ada💧@example.org"}, "address", NO_MAIL),
    ({"address": "Ada <ada@example.org>"}, "address", NO_MAIL),
    ({"address": ""}, "address", "Write your e-mail address: the confirmation goes there."),
    ({"address": "a" * 300 + "@example.org"}, "address", "This is too long for an e-mail address. Check it."),
    ({"organisation": "O" * 201}, "organisation", "This is too long: shorten it to 200 characters."),
    ({"country": "XX"}, "country", "Choose a country from the list, or leave it empty."),
    ({"country": "Spain"}, "country", "Choose a country from the list, or leave it empty."),
    ({"audience": "Astronauts"}, "audience", "Choose one of the groups listed, or leave it empty."),
    ({"language": "tlh"}, "language", "Choose one of the languages listed."),
    ({"time_zone": "CET"}, "time_zone", NO_ZONE),
    ({"time_zone": "Z" * 500}, "time_zone", NO_ZONE),
    ({"consent": ""}, "consent", NO_CONSENT),
    ({"consent": "no"}, "consent", NO_CONSENT),
]


@pytest.mark.parametrize(("fields", "name", "said"), WRONG, ids=lambda value: str(value)[:30])
def test_nothing_wrong_is_stored(
    client: TestClient, session: Session, fields: dict[str, str], name: str, said: str
) -> None:
    event = make_event(session)

    answer = send(client, event, **fields)

    assert answer.status_code == 422
    assert problems(answer) == {name: said}
    assert registered(session) == 0


REQUESTS: list[tuple[dict[str, Any], int]] = [
    ({"json": ADA}, 415),
    ({"files": {"name": ("a.txt", b"Ada")}}, 415),
    ({"content": b""}, 415),
    ({"content": b"name=%ff%fe", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400),
    ({"content": b"name=\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400),
    ({"data": {f"field{number}": "x" for number in range(2_000)}}, 400),
    ({"data": ADA | {"name": "A" * 600_000}}, 413),
    ({"data": ADA | {"name": "A" * 2_000_000}}, 413),
]


@pytest.mark.parametrize(("request_facts", "status"), REQUESTS)
def test_what_no_form_of_ours_sends_gets_a_clear_page(
    client: TestClient, session: Session, request_facts: dict[str, Any], status: int
) -> None:
    event = make_event(session)

    answer = client.post(f"/events/{event.slug}/register", **request_facts)

    assert answer.status_code == status
    assert "Nothing was stored" in answer.text
    assert registered(session) == 0


def test_unknown_fields_do_not_matter(client: TestClient, session: Session) -> None:
    event = make_event(session)

    assert send(client, event, utm_source="mail", status="confirmed", id="7").status_code == 303


def test_a_closed_event_takes_nobody_and_says_why(client: TestClient, session: Session) -> None:
    event = make_event(session)
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at + timedelta(minutes=1)):
        over = send(client, event)
    events.cancel(session, event.id, None)
    session.commit()
    cancelled = send(client, event)

    assert (over.status_code, cancelled.status_code) == (409, 409)
    assert "This event is over." in over.text
    assert "The event is cancelled, so nobody can register." in cancelled.text
    assert registered(session) == 0


def test_a_draft_cannot_be_registered_for(client: TestClient, session: Session) -> None:
    event = make_event(session, published=False)

    assert send(client, event).status_code == 404
    assert client.get(f"/events/{event.slug}/registered").status_code == 404


def test_opening_the_address_of_the_form_leads_back_to_it(client: TestClient, session: Session) -> None:
    event = make_event(session)

    answer = client.get(f"/events/{event.slug}/register?lang=es", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/events/{event.slug}?lang=es#register")


def test_an_outcome_nobody_gave_is_not_shown(client: TestClient, session: Session) -> None:
    event = make_event(session)

    assert client.get(f"/events/{event.slug}/registered?outcome=<b>winner</b>").status_code == 422


def test_the_language_of_the_address_bar_stays(client: TestClient, session: Session) -> None:
    event = make_event(session)

    page = Reading(client, f"/events/{event.slug}?lang=fr&zone=America/Lima")

    kept = "?lang=fr&zone=America%2FLima"
    assert page.attribute("#register form", "action") == f"/events/{event.slug}/register{kept}"
    assert page.attribute("a.brand", "href") == f"/{kept}"
    assert page.attribute("#time_zone", "value") == "America/Lima"
    assert page.attribute(".zone-form input[name=lang]", "value") == "fr"


def test_every_field_has_a_label_and_says_what_browsers_may_fill_in(client: TestClient, session: Session) -> None:
    page = Reading(client, f"/events/{make_event(session).slug}")

    fields = page.html.select("#register form .field :is(input, select)")
    filled = {str(field["name"]): field.get("autocomplete") for field in fields}
    assert filled == {
        "name": "name", "address": "email", "organisation": "organization", "city": "address-level2",
        "country": "country", "audience": "off", "language": "language", "time_zone": "off", "consent": None,
    }  # fmt: skip
    for field in fields:
        assert page.html.select(f"label[for={field['id']}]")
    required = [str(field["name"]) for field in fields if field.has_attr("required")]
    assert required == ["name", "address", "consent"]
    assert all("required" in page.find(f"label[for={name}]") for name in required)
