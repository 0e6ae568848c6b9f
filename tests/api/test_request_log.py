"""Logs say what happened, and to nobody whom."""

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import links
from shared.links import Purpose
from tests.factories import make_event, register


def test_a_request_is_one_line_without_people_or_personal_links(
    session: Session, client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org")
    token = links.sign(Purpose.MY, ada.id)
    capsys.readouterr()

    client.get(f"/my/{token}")
    client.post(f"/api/v1/events/{event.id}/registrations", json={"name": "Bob", "address": "bob@", "consent": True})

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if '"event": "request"' in line] == lines
    assert len(lines) == 2
    assert "/my/{token}" in lines[0]
    assert not any(secret in line for line in lines for secret in (token, "ada@", "bob@", "Bob"))
