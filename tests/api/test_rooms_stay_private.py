"""Where an event takes place stands behind personal links only: no page, feed, answer, export, mail or log has it."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api.main import create_app
from shared import clock, links
from shared.links import Purpose
from shared.models import Event, Message, Registration, Role
from shared.schemas.events import EventContent
from tests.factories import deliver_everything, make_calendar, make_event, make_organiser, register, token_for
from tests.mailbox import Mailbox

ROOM = "https://zebrawood.example/room/quokka?pwd=xyzzy"
WORDS = ("zebrawood", "quokka", "xyzzy")
# Whoever works on the event reads the room in these, and changes it there.
FOR_ORGANISERS, TEAM = {"/api/v1/events/{event_key}"}, {"viewer", "editor"}


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, make_calendar(session), room_url=ROOM)


@pytest.fixture
def ada(session: Session, event: Event) -> Registration:
    return register(session, event, "ada@example.org")


def reading_routes() -> list[str]:
    return sorted(
        {str(route.path_format) for route in iter_route_contexts(create_app().routes) if "GET" in (route.methods or ())}
    )


def addresses(session: Session, event: Event, ada: Registration) -> Iterator[tuple[str, str]]:
    """Every route that reads, with everything in its path that may stand there."""
    message = session.query(Message).first()
    assert message is not None
    own = {f"/{purpose}/{{token}}": links.sign(purpose, ada.id) for purpose in Purpose}
    keys: dict[str, list[str]] = {
        "event_key": [event.slug, str(event.id)],
        "slug": [event.slug, event.calendar.slug],
        "calendar_key": [event.calendar.slug],
        "calendar_slug": [event.calendar.slug],
        "registration_id": [str(ada.id)],
    }
    for path in reading_routes():
        prefix = re.match(r"/\w+/{token}", path)
        token = own.get(prefix[0], "unknown") if prefix else "unknown"
        filled = [path.replace("{token}", token)]
        for name in re.findall(r"{(\w+)}", filled[0]):
            filled = [one.replace(f"{{{name}}}", key) for one in filled for key in keys.get(name, [event.slug])]
        yield from ((path, one) for one in filled)


def found_in(answer: Any) -> list[str]:
    text = f"{answer.url} {dict(answer.headers)} {answer.text}".lower()
    return [word for word in WORDS if word in text]


@pytest.mark.parametrize("minutes_after_start", [-5, 300])
def test_no_answer_has_the_room(
    session: Session, client: TestClient, event: Event, ada: Registration, minutes_after_start: int
) -> None:
    deliver_everything(session)
    editor = token_for(session, make_organiser(session, event.calendar, Role.OWNER))
    viewer = token_for(session, make_organiser(session, event.calendar, Role.VIEWER))
    stranger = token_for(session, make_organiser(session))
    leaks, answered = [], set()
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at + timedelta(minutes=minutes_after_start)):
        for path, address in addresses(session, event, ada):
            for who, headers in {"nobody": {}, "stranger": stranger, "viewer": viewer, "editor": editor}.items():
                for query in ({}, {"scope": "mine", "calendar": event.calendar.slug}):
                    answer = client.get(address, headers=headers, params=query, follow_redirects=False)
                    if answer.status_code == 200:
                        answered.add(path)
                    if found_in(answer) and not (path in FOR_ORGANISERS and who in TEAM):
                        leaks.append((who, address))

    assert leaks == []
    # The test reads what it says it reads.
    assert {"/", "/events/{event_key}", "/my/{token}", "/join/{token}", "/my/{token}/data.json"} <= answered
    assert {"/api/v1/events", "/api/v1/events/{event_key}", "/api/v1/events/{event_key}/stats"} <= answered
    assert {path for path in answered if path.endswith((".ics", ".atom", ".csv", ".xlsx"))}


def test_no_mail_has_the_room_and_changing_it_sends_none(
    session: Session, client: TestClient, event: Event, ada: Registration, mailbox: Mailbox
) -> None:
    editor = token_for(session, make_organiser(session, event.calendar, Role.EDITOR))
    deliver_everything(session)
    before = session.query(Message).count()
    url, everything = f"/api/v1/events/{event.id}", {"If-Match": "*", **editor}

    answer = client.patch(url, headers=everything, json={"room_url": ROOM + "2"})
    deliver_everything(session)

    assert answer.json()["room_url"] == ROOM + "2"
    assert answer.json()["revision"] == event.revision
    assert session.query(Message).count() == before
    client.patch(url, headers=everything, json={"title": "Another title"})
    deliver_everything(session)
    mails = mailbox.mails()
    assert len(mails) == 2
    for mail in mails:
        parts = [part.get_payload(decode=True) or b"" for part in mail.walk()]
        assert [word for word in WORDS if word.encode() in b" ".join(parts) + bytes(mail)] == []


def test_no_log_and_no_audit_entry_has_the_room(
    session: Session, client: TestClient, event: Event, ada: Registration, capfd: pytest.CaptureFixture[str]
) -> None:
    owner = token_for(session, make_organiser(session, event.calendar, Role.OWNER))
    client.patch(f"/api/v1/events/{event.id}", headers={"If-Match": "*", **owner}, json={"room_url": ROOM + "3"})
    client.patch(f"/api/v1/events/{event.id}", headers={"If-Match": "*", **owner}, json={"room_url": "ftp://quokka"})
    address = f"/join/{links.sign(Purpose.JOIN, ada.id)}"
    assert event.starts_at is not None
    with clock.travel_to(event.starts_at):
        assert client.post(address, follow_redirects=False).headers["location"] == ROOM + "3"

    audit = client.get("/api/v1/audit", headers=owner, params={"calendar": event.calendar.slug}).json()
    output = "".join(capfd.readouterr())

    assert [entry["action"] for entry in audit["entries"]] == ["event.edited"]
    assert "/join/{token}" in output
    assert [word for word in WORDS if word in output + json.dumps(audit)] == []


def test_an_announcement_of_the_event_does_not_have_it(session: Session, client: TestClient, event: Event) -> None:
    owner = token_for(session, make_organiser(session, event.calendar, Role.OWNER))
    text = client.get(f"/api/v1/events/{event.id}/announcement", headers=owner).text
    assert event.title in text
    assert [word for word in WORDS if word in text] == []
    assert "room_url" in EventContent.model_fields
