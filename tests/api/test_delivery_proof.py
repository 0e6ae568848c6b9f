"""What is known of each mail and of each person: promised, sent, answered, bounced, opened, come."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock
from shared.models import Event, Message, MessageKind, Registration, Role
from tests.factories import deliver_everything, make_calendar, make_event, make_organiser, register, token_for

WORDS = "550 <ada@example.org> unknown"


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, make_calendar(session))


@pytest.fixture
def ada(session: Session, event: Event) -> Registration:
    return register(session, event, "ada@example.org", name="Ada")


def as_(session: Session, event: Event, role: Role) -> dict[str, str]:
    return token_for(session, make_organiser(session, event.calendar, role))


def get(client: TestClient, path: str, headers: dict[str, str], **query: Any) -> Any:
    answer = client.get(f"/api/v1{path}", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_whole_life_of_a_mail_is_told_and_viewers_see_no_address(
    session: Session, client: TestClient, event: Event, ada: Registration
) -> None:
    deliver_everything(session)
    message = session.scalars(select(Message)).one()
    message.bounced_at, message.bounce, message.opened_at, message.rule_id = clock.now(), WORDS, clock.now(), uuid4()
    session.commit()
    path = f"/registrations/{ada.id}/messages"

    [seen] = get(client, path, as_(session, event, Role.EDITOR))["messages"]
    [looked_at] = get(client, path, as_(session, event, Role.VIEWER))["messages"]

    assert seen["created_at"] <= seen["sent_at"] <= seen["bounced_at"]
    assert (seen["bounce"], seen["address"], seen["rule_id"]) == (WORDS, "ada@example.org", str(message.rule_id))
    assert seen["reply"].startswith("250")
    assert seen["opened_at"] is not None
    hidden = {name for name in seen if seen[name] != looked_at[name]}
    assert hidden == {"address", "reply", "bounce"}
    assert {looked_at[name] for name in hidden} == {None}


def test_the_list_is_narrowed_by_status_and_kind(
    session: Session, client: TestClient, event: Event, ada: Registration
) -> None:
    register(session, event, "bob@example.org")
    deliver_everything(session)
    first = session.scalars(select(Message).order_by(Message.id)).first()
    assert first is not None
    first.status, first.kind = "failed", MessageKind.REMINDER
    session.commit()
    editor, path = as_(session, event, Role.EDITOR), f"/events/{event.id}/messages"

    def found(**query: str) -> list[str]:
        return [one["id"] for one in get(client, path, editor, **query)["messages"]]

    assert found(status="failed", kind="reminder") == found(kind="reminder") == [str(first.id)]
    assert found(status="failed", kind="confirmation") == []
    assert len(found()) == 2
    assert client.get(f"/api/v1{path}", headers=editor, params={"kind": "spam"}).status_code == 422


@pytest.mark.parametrize(("revision", "holds"), [(None, "none"), (2, "old"), (3, "current")])
def test_a_registration_says_what_its_calendar_holds_and_answered_and_who_came(
    session: Session, client: TestClient, event: Event, ada: Registration, revision: int | None, holds: str
) -> None:
    event.revision = 3
    ada.entry_revision, ada.participation = revision, "TENTATIVE"
    ada.joined_at = ada.undelivered_at = clock.now()
    session.commit()
    editor = as_(session, event, Role.EDITOR)

    one = get(client, f"/registrations/{ada.id}", editor)
    [listed] = get(client, f"/events/{event.id}/registrations", editor)["registrations"]

    for seen in (one, listed):
        assert (seen["holds"], seen["participation"]) == (holds, "TENTATIVE")
        assert seen["joined_at"] is not None
        assert seen["undelivered_at"] is not None


def test_exports_have_who_came_and_what_calendars_answered(
    session: Session, client: TestClient, event: Event, ada: Registration
) -> None:
    register(session, event, "bob@example.org")
    assert event.starts_at is not None
    ada.joined_at, ada.participation = event.starts_at + timedelta(seconds=30.5), "ACCEPTED"
    session.commit()

    for role in (Role.VIEWER, Role.EDITOR):
        answer = client.get(f"/api/v1/events/{event.id}/registrations.csv", headers=as_(session, event, role))
        first, second = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
        joined = next(name for name in first if name.startswith("joined_at"))
        assert joined == "joined_at (Europe/Madrid)"
        assert (first["participation"], first[joined][11:]) == ("ACCEPTED", "15:00:30")
        assert (second["participation"], second[joined]) == ("", "")


def test_unreachable_people_are_listed_with_how_to_reach_them_for_who_may_know(
    session: Session, client: TestClient, event: Event, ada: Registration
) -> None:
    for name in ("bob", "cyd"):
        register(session, event, f"{name}@example.org")
    session.query(Registration).update({"undelivered_at": clock.now()})
    message = session.scalars(select(Message).where(Message.registration_id == ada.id)).one()
    message.status, message.reply = "failed", WORDS
    session.commit()
    editor, path = as_(session, event, Role.EDITOR), f"/events/{event.id}/unreachable"

    page = get(client, path, editor, limit=2)
    rest = get(client, path, editor, after=page["next"])
    [looked_at, *_] = get(client, path, as_(session, event, Role.VIEWER))["people"]

    assert [one["name"] for one in page["people"] + rest["people"]] == ["Ada", "Bob", "Cyd"]
    assert rest["next"] is None
    first = page["people"][0]
    assert (first["address"], first["reason"]) == ("ada@example.org", WORDS)
    assert (looked_at["name"], looked_at["address"], looked_at["reason"]) == ("Ada", None, None)
    assert client.get(f"/api/v1{path}", headers=editor, params={"after": "nonsense"}).status_code == 422
