"""What is kept and why, said before one registers; and one's own data, behind the link of the mails."""

import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import links
from shared.links import Purpose
from shared.models import AuditEntry, Registration
from tests.api.pages.reading import Reading
from tests.factories import deliver_everything, make_calendar, make_event, register
from tests.leftovers import leftovers
from tests.mailbox import Mailbox
from tests.shared.privacy.somebody import ADDRESS, WORDS, come

SUMMER: dict[str, Any] = {"starts_at_local": datetime(2031, 7, 23, 15), "time_zone": "Europe/Madrid", "minutes": 90}


def link_of(registration: Registration) -> str:
    return f"/my/{links.sign(Purpose.MY, registration.id)}"


def test_the_form_says_what_each_field_is_for_and_until_when_it_is_kept(client: TestClient, session: Session) -> None:
    words = {"es": {"label": "¿Qué necesita?", "help": "Para preparar la sala."}}
    asked_for = [
        {"key": "needs", "kind": "short-text", "label": "Your needs?", "help": "For the room.", "translations": words},
        {"key": "diet", "kind": "short-text", "label": "Your diet?"},
    ]
    event = make_event(session, **SUMMER, retention_days=30, questions=asked_for)

    page = Reading(client, f"/events/{event.slug}?lang=en")

    asked = dict(zip(page.all("details.purposes dt"), page.all("details.purposes dd"), strict=True))
    assert asked["City"] == "To count where people come from."
    assert asked["Your needs?"] == "For the room."
    assert asked["Your diet?"] == "The hosts ask this to prepare the event."
    labels = [label for label in page.all(".registration form .field label") if "keep what I wrote" not in label]
    assert {label.removesuffix(" (required)") for label in labels} <= set(asked)
    assert "It is deleted by Friday 22 August 2031 at the latest; only numbers stay." in page.text
    assert page.find("#consent-hint").count("30 days after the event it is deleted") == 1
    spanish = Reading(client, f"/events/{event.slug}?lang=es")
    assert "¿Qué necesita?" in spanish.all("details.purposes dt")
    assert "Para preparar la sala." in spanish.all("details.purposes dd")


def test_every_page_leads_to_the_page_on_privacy(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session, title="River calendar", organisation="River Council")
    calendar.contact_address = "rivers@example.org"
    session.commit()

    assert client.get("/").text.count('href="/privacy"') == 1
    page = Reading(client, "/privacy")

    assert page.status == 200
    assert "River Council" in page.text
    assert page.attribute("a[href^=mailto]", "href") == "mailto:rivers@example.org"
    assert "complain to the data protection authority" in page.text
    assert client.head("/privacy").status_code == 200


def test_one_takes_everything_along_that_the_organisation_keeps(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session)
    first = come(session, make_event(session, calendar, title="Eels"))
    come(session, make_event(session, calendar, title="Herons"))
    come(session, make_event(session, title="Of somebody else"))
    register(session, first.event, "bob@example.org", name="Bob Bystander")
    before = session.scalars(select(AuditEntry)).all()

    answer = client.get(f"{link_of(first)}/data.json")

    found = json.loads(answer.text)
    assert {one["event"]["title"] for one in found["registrations"]} == {"Eels", "Herons"}
    assert "Bob Bystander" not in answer.text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    session.expire_all()
    assert session.scalars(select(AuditEntry)).all() == before
    assert Reading(client, link_of(first)).attribute("#privacy a[download]", "href") == f"{link_of(first)}/data.json"


def test_one_click_deletes_everything_and_says_what(
    client: TestClient, session: Session, mailbox: Mailbox, capfd: pytest.CaptureFixture[str]
) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar, places=1)
    ada = come(session, event)
    bob = register(session, event, "bob@example.org")
    come(session, make_event(session, calendar))
    deliver_everything(session)
    form = Reading(client, link_of(ada)).attribute("#privacy form", "action")
    assert form == f"{link_of(ada)}/erase"
    assert Reading(client, form).status == 405

    page = Reading(client, form, method="POST", headers={"Accept-Language": "en"})
    again = Reading(client, form, method="POST")

    assert (page.status, page.find("h1")) == (200, "Your data is deleted")
    assert "2 registrations" in page.text
    assert "2 places were given back" in page.text
    assert (again.status, again.find("h1")) == (200, "Nothing is kept of you here")
    assert Reading(client, link_of(ada)).status == 404
    assert leftovers(session, WORDS) == []
    session.expire_all()
    assert bob.status == "confirmed"
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.erased"))
    assert (entry.organiser_id, entry.calendar_id, entry.facts["registrations"]) == (None, calendar.id, 2)
    output = "".join(capfd.readouterr()).lower()
    assert [word for word in WORDS if word.lower() in output] == []
    deliver_everything(session)
    assert len(mailbox.mails(ADDRESS)) == 2


def test_only_the_right_link_opens_or_deletes_anything(client: TestClient, session: Session) -> None:
    ada = come(session, make_event(session))
    unsubscribe = links.sign(Purpose.UNSUBSCRIBE, ada.id)
    for token in ("made-up", unsubscribe):
        assert client.get(f"/my/{token}/data.json").status_code == 404
        assert client.post(f"/my/{token}/erase").status_code == 404
    session.expire_all()
    assert session.scalars(select(Registration.id)).all() == [ada.id]
