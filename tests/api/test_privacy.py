"""What an owner does for a person who asks: everything handed over, or everything gone."""

import json
from base64 import b64decode
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, consents
from shared.models import AuditEntry, InboundMail, Invitation, Model, PersonalFeed, Registration, Role, Speaker
from shared.privacy.exporting import export
from tests.factories import deliver_everything, make_calendar, make_event, make_organiser, token_for
from tests.leftovers import leftovers
from tests.mailbox import Mailbox
from tests.shared.privacy.somebody import ADDRESS, WORDS, come, correspond, leave_traces


def test_an_owner_exports_everything_word_for_word(session: Session, client: TestClient, mailbox: Mailbox) -> None:
    calendar = make_calendar(session, title="River calendar", organisation="River Council")
    olga = make_organiser(session, calendar, Role.OWNER)
    event = make_event(session, calendar, title="Eels", retention_days=30)
    registration = come(session, event)
    deliver_everything(session)
    come(session, make_event(session))

    answer = client.post(
        f"/api/v1/calendars/{calendar.slug}/privacy/export",
        headers=token_for(session, olga),
        json={"address": ADDRESS.upper()},
    )

    found = answer.json()
    assert (found["address"], found["calendar"]) == (ADDRESS.lower(), "River calendar")
    [one] = found["registrations"]
    assert (one["name"], one["organisation"], one["city"]) == ("Zenobia Quux", "Wobblecraft Institute", "Xyzzyville")
    assert one["event"]["title"] == "Eels"
    assert one["answers"] == [
        {"key": "needs", "question": "What do you need?", "answer": "plughcrutches", "text": None}
    ]
    assert one["consent"]["text"] == consents.consent_text(event, "en")
    assert one["consent"]["version"] == consents.version_of(one["consent"]["text"]) == registration.consent_version
    assert "30 days after the event" in one["consent"]["text"]
    assert one["consent"]["agreed_at"] is not None
    [mail] = one["messages"]
    assert (mail["kind"], mail["status"], mail["attempts"]) == ("confirmation", "sent", 1)
    assert event.ends_at is not None
    assert one["kept_until"] == (event.ends_at + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.exported"))
    assert (entry.organiser_id, entry.calendar_id, entry.facts) == (olga.id, calendar.id, {"registrations": 1})


def test_every_column_of_a_registration_is_in_its_export(session: Session, client: TestClient) -> None:
    calendar = make_calendar(session)
    come(session, make_event(session, calendar))
    answer = client.post(
        f"/api/v1/calendars/{calendar.slug}/privacy/export",
        headers=token_for(session, make_organiser(session, calendar, Role.OWNER)),
        json={"address": ADDRESS},
    )
    [one] = answer.json()["registrations"]
    # `sequence` is the calendar entry's own number; the event and the consent are told in full.
    elsewhere = {"event_id", "consent_version", "consented_at", "sequence"}
    columns = {column.key for column in Registration.__table__.columns} - elsewhere
    assert columns - set(one) == set()


def columns_of(table: type[Model], *elsewhere: str) -> set[str]:
    return {column.key for column in table.__table__.columns} - set(elsewhere)


def test_every_column_of_what_else_is_kept_is_in_the_export(session: Session) -> None:
    event = make_event(session)
    correspond(session, event, come(session, event))
    found = export(session, ADDRESS).model_dump()

    [invitation], [speaker], [feed], [mail] = (found[name] for name in ("invitations", "speakers", "feeds", "messages"))
    # Ids of rows say nothing of a person, and the event is told in full.
    assert columns_of(Invitation, "id", "event_id", "nudge_rule_id") - set(invitation) == set()
    assert columns_of(Speaker, "id", "event_id") - set(speaker) == set()
    assert columns_of(PersonalFeed, "id", "address") - set(feed) == set()
    assert mail["kind"] == "queue-warning"
    assert [one["messages"][0]["kind"] for one in (invitation, speaker)] == ["invitation", "call-sheet"]
    ours = ("id", "digest", "octets", "attempts", "lease_until", "message_id", "registration_id")
    assert len(found["inbound"]) == 4
    assert columns_of(InboundMail, *ours) - set(found["inbound"][0]) == set()
    assert {b64decode(one["raw"])[:5] for one in found["inbound"]} == {b"From:", b"To: <"}
    [participation] = found["participations"]
    assert participation["participation"] == "accepted"


def test_an_owner_erases_and_gets_a_report(
    session: Session, client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    calendar = make_calendar(session)
    olga = make_organiser(session, calendar, Role.OWNER)
    leave_traces(session, make_event(session, calendar), olga)
    headers = token_for(session, olga)
    url = f"/api/v1/calendars/{calendar.slug}/privacy/erase"

    first = client.post(url, headers=headers, json={"address": ADDRESS})
    again = client.post(url, headers=headers, json={"address": ADDRESS})

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["removed"]["registration"] == 1
    assert first.json()["places_given_back"] == 1
    assert (again.json()["removed"], again.json()["reference"]) == ({}, None)
    assert leftovers(session, WORDS) == []
    output = "".join(capfd.readouterr()).lower()
    assert "/privacy/erase" in output
    assert [word for word in WORDS if word.lower() in output] == []


def test_an_owner_reaches_nobody_at_other_calendars(session: Session, client: TestClient) -> None:
    mine, others = make_calendar(session), make_calendar(session)
    registration = come(session, make_event(session, others))
    headers = token_for(session, make_organiser(session, mine, Role.OWNER))

    for action in ("export", "erase"):
        own = client.post(f"/api/v1/calendars/{mine.slug}/privacy/{action}", headers=headers, json={"address": ADDRESS})
        assert own.status_code == 200
        assert registration.name not in json.dumps(own.json())
        url = f"/api/v1/calendars/{others.slug}/privacy/{action}"
        assert client.post(url, headers=headers, json={"address": ADDRESS}).status_code == 404
    session.expire_all()
    assert session.scalars(select(Registration.id)).all() == [registration.id]


def test_consent_is_stored_with_version_and_time_whichever_way_one_comes(session: Session, client: TestClient) -> None:
    event = make_event(session)
    before = clock.now()
    body = {"name": "Ada", "address": "ada@example.org", "consent": True}
    client.post(f"/api/v1/events/{event.slug}/registrations", json=body, headers={"Accept-Language": "fr"})
    client.post(f"/events/{event.slug}/register?lang=es", data=body | {"address": "bob@example.org", "consent": "yes"})

    ada, bob = session.scalars(select(Registration).order_by(Registration.position))
    for one, language in ((ada, "fr"), (bob, "es")):
        assert one.consent_version == consents.version_of(consents.consent_text(event, language))
        assert one.consented_at is not None
        assert before <= one.consented_at <= clock.now()


def test_the_text_can_be_shown_before_one_agrees_over_the_api(session: Session, client: TestClient) -> None:
    event = make_event(session)
    in_french = {"Accept-Language": "fr"}
    shown = client.get(f"/api/v1/events/{event.slug}/consent", headers=in_french)
    body = {"name": "Ada", "address": "ada@example.org", "consent": True}
    client.post(f"/api/v1/events/{event.slug}/registrations", json=body, headers=in_french)

    assert (shown.headers["Content-Language"], shown.headers["Vary"]) == ("fr", "Accept-Language")
    assert shown.json()["text"] == consents.consent_text(event, "fr")
    assert session.scalars(select(Registration.consent_version)).one() == shown.json()["version"]
    draft = make_event(session, published=False)
    assert client.get(f"/api/v1/events/{draft.slug}/consent").status_code == 404
