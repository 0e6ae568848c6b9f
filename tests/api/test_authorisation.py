"""Route by role: every organiser route has its row, and a route without one fails here."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api.main import create_app
from shared import audience_questions
from shared.models import Role
from tests.factories import make_calendar, make_event, make_invitation, make_organiser, register, token_for

PREFIX = "/api/v1"
PUBLIC = "public"  # Everyone, without a token.
OPERATOR = "operator"  # Who runs the installation.
SIGNED = "signed"  # Anyone with a token: it concerns only themselves.

# The least that a caller must be, by route.
TABLE: dict[tuple[str, str], str | Role] = {
    ("POST", "/sessions"): PUBLIC,
    ("DELETE", "/sessions"): SIGNED,
    ("POST", "/sessions/identity"): PUBLIC,
    ("GET", "/sessions"): SIGNED,
    ("DELETE", "/sessions/all"): SIGNED,
    ("GET", "/me"): SIGNED,
    ("PATCH", "/me"): SIGNED,
    ("POST", "/me/password"): SIGNED,
    ("POST", "/password-links"): PUBLIC,
    ("POST", "/password-links/look"): PUBLIC,
    ("POST", "/passwords"): PUBLIC,
    ("POST", "/calendars"): Role.OWNER,
    ("GET", "/calendars/{calendar_key}/members"): Role.VIEWER,
    ("POST", "/calendars/{calendar_key}/members"): Role.OWNER,
    ("PATCH", "/calendars/{calendar_key}/members/{organiser_id}"): Role.OWNER,
    ("DELETE", "/calendars/{calendar_key}/members/{organiser_id}"): Role.OWNER,
    ("POST", "/calendars/{calendar_key}/members/{organiser_id}/password-link"): Role.OWNER,
    ("GET", "/tokens"): SIGNED,
    ("POST", "/tokens"): SIGNED,
    ("DELETE", "/tokens/{token_id}"): SIGNED,
    ("GET", "/proof"): PUBLIC,
    ("GET", "/system"): OPERATOR,
    ("GET", "/calendars/{calendar_key}/settings"): Role.EDITOR,
    ("PATCH", "/calendars/{calendar_key}/settings"): Role.OWNER,
    ("PUT", "/calendars/{calendar_key}/logo"): Role.OWNER,
    ("DELETE", "/calendars/{calendar_key}/logo"): Role.OWNER,
    ("POST", "/calendars/{calendar_key}/test-mail"): Role.EDITOR,
    ("GET", "/calendars/{calendar_key}/test-mail/{message_id}"): Role.EDITOR,
    ("GET", "/events"): PUBLIC,
    ("POST", "/events"): Role.EDITOR,
    ("POST", "/events/import"): Role.EDITOR,
    ("GET", "/events/{event_key}"): PUBLIC,
    ("PATCH", "/events/{event_key}"): Role.EDITOR,
    ("DELETE", "/events/{event_key}"): Role.EDITOR,
    ("POST", "/events/{event_key}/copy"): Role.EDITOR,
    ("GET", "/events/{event_key}/announcement-text"): Role.EDITOR,
    ("POST", "/programme-times"): SIGNED,
    ("POST", "/events/{event_key}/publish"): Role.EDITOR,
    ("POST", "/events/{event_key}/cancel"): Role.EDITOR,
    ("POST", "/events/{event_key}/postpone"): Role.EDITOR,
    ("GET", "/events/{event_key}/announcement"): Role.VIEWER,
    ("POST", "/events/{event_key}/registrations"): PUBLIC,
    ("GET", "/events/{event_key}/consent"): PUBLIC,
    ("GET", "/events/{event_key}/registrations"): Role.VIEWER,
    ("GET", "/events/{event_key}/registrations.csv"): Role.VIEWER,
    ("GET", "/events/{event_key}/registrations.xlsx"): Role.VIEWER,
    ("POST", "/events/{event_key}/registrations/import"): Role.EDITOR,
    ("POST", "/events/{event_key}/invitations"): Role.EDITOR,
    ("GET", "/events/{event_key}/invitations"): Role.VIEWER,
    ("POST", "/events/{event_key}/invitations/nudge"): Role.EDITOR,
    ("DELETE", "/invitations/{invitation_id}"): Role.EDITOR,
    ("GET", "/events/{event_key}/messages"): Role.VIEWER,
    ("POST", "/events/{event_key}/entries"): Role.EDITOR,
    ("POST", "/events/{event_key}/call-sheets"): Role.EDITOR,
    ("GET", "/events/{event_key}/stats"): Role.VIEWER,
    ("GET", "/events/{event_key}/report.html"): Role.VIEWER,
    ("GET", "/comparison"): Role.VIEWER,
    ("GET", "/events/{event_key}/session"): Role.VIEWER,
    ("POST", "/events/{event_key}/session/remind"): Role.EDITOR,
    ("GET", "/events/{event_key}/audience-questions"): Role.VIEWER,
    ("PATCH", "/audience-questions/{question_id}"): Role.EDITOR,
    ("POST", "/events/{event_key}/preview"): Role.EDITOR,
    ("POST", "/events/{event_key}/preview/send"): Role.EDITOR,
    ("GET", "/events/{event_key}/rules"): Role.VIEWER,
    ("POST", "/events/{event_key}/rules"): Role.EDITOR,
    ("PATCH", "/rules/{rule_id}"): Role.EDITOR,
    ("DELETE", "/rules/{rule_id}"): Role.EDITOR,
    ("GET", "/events/{event_key}/rehearsal"): Role.VIEWER,
    ("GET", "/events/{event_key}/mail"): Role.VIEWER,
    ("GET", "/events/{event_key}/unreachable"): Role.VIEWER,
    ("GET", "/registrations/{registration_id}"): Role.VIEWER,
    ("GET", "/registrations/{registration_id}/messages"): Role.VIEWER,
    ("GET", "/registrations/{registration_id}/inbound"): Role.VIEWER,
    ("POST", "/registrations/{registration_id}/take-up-again"): Role.EDITOR,
    ("POST", "/registrations/{registration_id}/confirm"): Role.EDITOR,
    ("POST", "/registrations/{registration_id}/send-link"): Role.EDITOR,
    ("PATCH", "/registrations/{registration_id}"): Role.EDITOR,
    ("DELETE", "/registrations/{registration_id}"): Role.EDITOR,
    ("POST", "/calendars/{calendar_key}/privacy/export"): Role.OWNER,
    ("POST", "/calendars/{calendar_key}/privacy/erase"): Role.OWNER,
    ("GET", "/audit"): Role.OWNER,
}
RANK = [Role.VIEWER, Role.EDITOR, Role.OWNER]
CALLERS = ["nobody", "stranger", *RANK]
GUARDED = [(route, least) for route, least in TABLE.items() if least != PUBLIC]

ANNOUNCEMENT = "# Webinar: Rooftops\n\n3 March 2027, 15:00 (Europe/Madrid)\n\n## Programme\n\n- Welcome (5 min)\n"
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/tokens"): {"json": {"label": "script"}},
    ("PATCH", "/me"): {"json": {"name": "Ola"}},
    ("PATCH", "/calendars/{calendar_key}/settings"): {"json": {"organisation": "Rivers"}},
    ("PATCH", "/audience-questions/{question_id}"): {"json": {"status": "answered"}},
    ("POST", "/programme-times"): {
        "json": {"starts_at_local": "2027-03-03T15:00:00", "time_zone": "Europe/Madrid", "programme": []}
    },
    ("POST", "/me/password"): {"json": {"password": "a long enough password", "new_password": "another long one"}},
    ("POST", "/calendars"): {"json": {"title": "Another calendar"}},
    ("POST", "/calendars/{calendar_key}/members"): {
        "json": {"address": "new@example.org", "name": "New", "role": "viewer"}
    },
    ("PATCH", "/calendars/{calendar_key}/members/{organiser_id}"): {"json": {"role": "editor"}},
    ("POST", "/events/{event_key}/preview"): {"json": {"kind": "reminder"}},
    ("POST", "/events/{event_key}/preview/send"): {"json": {"kind": "reminder"}},
    ("PATCH", "/events/{event_key}"): {"json": {"places": 5}, "headers": {"If-Match": "*"}},
    ("PATCH", "/registrations/{registration_id}"): {"json": {"city": "Porto"}},
    ("POST", "/events/{event_key}/rules"): {"json": {"minutes_before": 30}},
    ("PATCH", "/rules/{rule_id}"): {"json": {"minutes_before": 45}},
    ("POST", "/events/{event_key}/registrations/import"): {"content": "name,email\nAda,ada@example.org\n"},
    ("POST", "/events/{event_key}/invitations"): {"json": {"text": "bob@example.org"}},
    ("POST", "/calendars/{calendar_key}/privacy/export"): {"json": {"address": "ada@example.org"}},
    ("POST", "/calendars/{calendar_key}/privacy/erase"): {"json": {"address": "ada@example.org"}},
    ("POST", "/events/import"): {"content": ANNOUNCEMENT, "headers": {"Content-Type": "text/markdown"}},
}


def api_routes() -> Iterator[tuple[str, str]]:
    schema = create_app().openapi()
    for path, operations in schema["paths"].items():
        if path.startswith(PREFIX):
            yield from ((method.upper(), path.removeprefix(PREFIX)) for method in operations)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert set(api_routes()) == set(TABLE)


def may(caller: str, least: str | Role) -> bool:
    if caller == "nobody" or least == OPERATOR:
        return False
    return least == SIGNED or (caller in RANK and RANK.index(Role(caller)) >= RANK.index(Role(least)))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(
    ("route", "least"), GUARDED, ids=lambda value: "-".join(value) if isinstance(value, tuple) else value
)
def test_a_route_lets_in_whom_its_row_names_and_nobody_else(
    session: Session, client: TestClient, caller: str, route: tuple[str, str], least: str | Role
) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar)
    registration = register(session, event, "ada@example.org")
    headers: dict[str, str] = {}
    if caller != "nobody":
        role = Role(caller) if caller in RANK else None
        headers = token_for(session, make_organiser(session, calendar, role))
    method, path = route
    invitation = make_invitation(session, event, "cyd@example.org")
    keys = {
        "event_key": event.id,
        "registration_id": registration.id,
        "calendar_key": calendar.slug,
        "invitation_id": invitation.id,
        "question_id": audience_questions.ask(session, registration, "Why?").id,
        "message_id": uuid4(),
        "organiser_id": make_organiser(session, calendar, Role.VIEWER).id,
    }
    filled = path.format(**keys, token_id=uuid4(), rule_id=event.reminder_rules[0].id)
    request = dict(BODIES.get(route, {}))
    headers |= request.pop("headers", {})
    if route == ("POST", "/events"):
        request["json"] = {"calendar": calendar.slug, "title": "New"}
    if path in {"/audit", "/events/import"}:
        request["params"] = {"calendar": calendar.slug}

    if path == "/comparison":
        request["params"] = {"event": str(event.id)}

    answer = client.request(method, PREFIX + filled, headers=headers, **request)

    refusals = {401, 403, 404}
    if may(caller, least):
        # A token of one's own that does not exist is the only 404 for those who may.
        assert answer.status_code not in refusals - (
            {404} if "{token_id}" in path or "{message_id}" in path else set()
        ), answer.text
        assert answer.status_code < 500
    else:
        # Nothing is named there that a stranger could learn of.
        is_known = caller in RANK or path in {"/calendars", "/system"}
        assert answer.status_code == (401 if caller == "nobody" else 403 if is_known else 404), answer.text


@pytest.mark.parametrize(("method", "path"), [route for route, least in GUARDED])
def test_a_made_up_token_opens_nothing(client: TestClient, method: str, path: str) -> None:
    keys = (
        "event_key",
        "registration_id",
        "token_id",
        "calendar_key",
        "invitation_id",
        "rule_id",
        "organiser_id",
        "question_id",
        "message_id",
    )
    filled = path.format(**{key: uuid4() for key in keys})
    answer = client.request(method, PREFIX + filled, headers={"Authorization": "Bearer plenary_made_up"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_reading_token_cannot_write(session: Session, client: TestClient) -> None:
    calendar = make_calendar(session)
    headers = token_for(session, make_organiser(session, calendar, Role.OWNER))
    reading = client.post(PREFIX + "/tokens", headers=headers, json={"label": "board", "scope": "read"}).json()["token"]
    as_reader = {"Authorization": f"Bearer {reading}"}

    assert client.get(PREFIX + "/me", headers=as_reader).status_code == 200
    created = client.post(PREFIX + "/events", headers=as_reader, json={"calendar": calendar.slug, "title": "X"})
    assert created.status_code == 403
