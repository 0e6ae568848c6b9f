"""What organisers see of registrations, and how they help one along."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared.models import AuditEntry, Event, Message, MessageKind, Question, Registration, Role
from tests.factories import make_calendar, make_event, make_organiser, register, token_for


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, make_calendar(session), places=3)


def headers(session: Session, event: Event, role: Role = Role.EDITOR) -> dict[str, str]:
    return token_for(session, make_organiser(session, event.calendar, role))


def names(client: TestClient, event: Event, signed: dict[str, str], **wish: Any) -> list[str]:
    answer = client.get(f"/api/v1/events/{event.id}/registrations", headers=signed, params=wish)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["registrations"]]


def people(session: Session, event: Event) -> None:
    for address, name in (
        ("ada@example.org", "Ada Lovelace"),
        ("Ada.B@example.org", "A. Byron"),
        ("100%ada@example.org", "Percent_Person"),
        ("mary@example.org", "Mary Adams"),
    ):
        register(session, event, address, name=name)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("ada", ["Ada Lovelace", "A. Byron", "Mary Adams"]),
        ("ADA@", ["Ada Lovelace"]),
        ("  lovelace ", ["Ada Lovelace"]),
        ("%", []),
        ("_", ["Percent_Person"]),
        ("100%", ["Percent_Person"]),
        ("\\", []),
        ("nobody", []),
    ],
)
def test_people_are_found_by_the_beginning_of_an_address_or_a_part_of_a_name(
    session: Session, client: TestClient, event: Event, search: str, expected: list[str]
) -> None:
    people(session, event)
    assert names(client, event, headers(session, event), search=search) == expected


def test_the_list_is_narrowed_and_turned_round(session: Session, client: TestClient, event: Event) -> None:
    people(session, event)
    signed = headers(session, event)
    session.execute(update(Registration).where(Registration.name == "A. Byron").values(is_suspect=True, source="api"))
    session.commit()

    assert names(client, event, signed, status="waitlisted") == ["Mary Adams"]
    assert names(client, event, signed, is_suspect=True) == ["A. Byron"]
    assert names(client, event, signed, source="api") == ["A. Byron"]
    assert names(client, event, signed, source="page", search="ada", latest_first=True) == [
        "Mary Adams",
        "Ada Lovelace",
    ]


def test_the_latest_come_first_page_by_page(session: Session, client: TestClient, event: Event) -> None:
    people(session, event)
    path, signed = f"/api/v1/events/{event.id}/registrations", headers(session, event)

    first = client.get(path, headers=signed, params={"limit": 3, "latest_first": True}).json()
    rest = client.get(path, headers=signed, params={"limit": 3, "latest_first": True, "after": first["next"]}).json()

    assert [row["position"] for row in first["registrations"] + rest["registrations"]] == [4, 3, 2, 1]
    assert rest["next"] is None


def test_who_may_only_look_sees_no_address_and_cannot_guess_at_one(
    session: Session, client: TestClient, event: Event
) -> None:
    people(session, event)
    signed = headers(session, event, Role.VIEWER)
    event.questions = [Question(event_id=event.id, position=at, key=kind, kind=kind, label=kind)
                       for at, kind in enumerate(("long-text", "number"))]  # fmt: skip
    given = {"long-text": "write to ada@example.org", "number": 4, "once": "x@example.org"}
    session.execute(update(Registration).values(answers=given, time_zone="Europe/Paris"))
    session.commit()
    one = session.scalars(select(Registration).order_by(Registration.position)).first()
    assert one is not None

    paths = (f"/events/{event.id}/registrations", f"/registrations/{one.id}", f"/registrations/{one.id}/messages",
             f"/events/{event.id}/messages")  # fmt: skip
    for path in paths:
        answer = client.get("/api/v1" + path, headers=signed)
        assert answer.status_code == 200
        assert "@" not in answer.text
        assert "Paris" not in answer.text
    assert client.get(f"/api/v1/registrations/{one.id}", headers=signed).json()["answers"] == {"number": 4}
    assert names(client, event, signed, search="ada.b") == []
    assert names(client, event, signed, search="100%") == []
    assert names(client, event, signed, search="lovelace") == ["Ada Lovelace"]


def test_one_registration_is_shown_whole(session: Session, client: TestClient, event: Event) -> None:
    people(session, event)
    second = register(session, event, "eve@example.org", name="Eve")
    choices = [{"key": "veg", "label": "Vegetarian"}]
    facts = {"position": 1, "key": "diet", "kind": "choice", "label": "What do you eat?", "choices": choices}
    event.questions, event.has_questions = [Question(event_id=event.id, **facts)], True
    second.answers = {"diet": "veg"}
    session.commit()

    answer = client.get(f"/api/v1/registrations/{second.id}", headers=headers(session, event)).json()

    assert (answer["status"], answer["waiting_position"]) == ("waitlisted", 2)
    assert (answer["address"], answer["event_id"]) == ("eve@example.org", str(event.id))
    assert answer["answered"] == [{"key": "diet", "question": "What do you eat?", "answer": "Vegetarian"}]
    assert answer["consent_version"]


def test_the_mails_to_one_person_are_theirs_alone(session: Session, client: TestClient, event: Event) -> None:
    people(session, event)
    one = register(session, event, "eve@example.org")

    messages = client.get(f"/api/v1/registrations/{one.id}/messages", headers=headers(session, event)).json()[
        "messages"
    ]

    assert [(message["kind"], message["address"]) for message in messages] == [("waiting-list", "eve@example.org")]


def test_a_cancelled_one_is_taken_up_again_and_the_link_sent(
    session: Session, client: TestClient, event: Event
) -> None:
    one, signed = register(session, event, "ada@example.org"), headers(session, event)
    path = f"/api/v1/registrations/{one.id}"
    client.delete(path, headers=signed)

    assert client.post(path + "/send-link", headers=signed).status_code == 409
    assert client.post(path + "/take-up-again", headers=signed).json()["status"] == "confirmed"
    assert [client.post(path + "/send-link", headers=signed).json()["is_new"] for _ in range(2)] == [True, False]

    kinds = session.scalars(select(Message.kind).where(Message.registration_id == one.id)).all()
    assert kinds.count(MessageKind.LINK_AGAIN) == 1
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-3:] == ["registration.cancelled", "registration.taken-up-again", "registration.link-sent"]


def test_an_organiser_confirms_for_somebody_who_called(session: Session, client: TestClient) -> None:
    event = make_event(session, verifies_addresses=True)
    one, signed = register(session, event, "ada@example.org"), headers(session, event)
    assert one.status == "pending"

    answers = [client.post(f"/api/v1/registrations/{one.id}/confirm", headers=signed).json() for _ in range(2)]

    assert [answer["status"] for answer in answers] == ["confirmed", "confirmed"]
    assert session.scalars(select(AuditEntry.action)).all() == ["registration.confirmed-on-behalf"]
