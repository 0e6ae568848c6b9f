"""Invitations over HTTP: a paste or a file goes in, and what becomes of it is seen by who may."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, events, invitations, outbox
from shared.models import AuditEntry, Event, Invitation, Message, Role
from shared.registration_tables.exporting import XLSX_TYPE
from shared.sheets.workbook_writing import xlsx_pieces
from tests.factories import (
    applicant,
    apply_many,
    in_days,
    make_event,
    make_invitation,
    make_organiser,
    register,
    token_for,
)

Headers = dict[str, str]


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, starts_at_local=in_days(60), invitations_per_day=5)


def as_role(session: Session, event: Event, role: Role) -> Headers:
    return token_for(session, make_organiser(session, event.calendar, role))


@pytest.fixture
def editor(session: Session, event: Event) -> Headers:
    return as_role(session, event, Role.EDITOR)


def path_of(event: Event) -> str:
    return f"/api/v1/events/{event.slug}/invitations"


def stored(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Invitation.address).order_by(Invitation.id)))


def test_an_editor_pastes_and_is_told_what_became_of_each(
    session: Session, client: TestClient, event: Event, editor: Headers
) -> None:
    register(session, event, "reg@example.org")
    body = {"text": "Ada <ada@example.org>; reg@example.org, bob@, ADA@example.org", "language": "es"}

    trial = client.post(path_of(event), headers=editor, json=body | {"is_trial": True})
    assert stored(session) == []
    answer = client.post(path_of(event), headers=editor, json=body)

    assert (trial.status_code, answer.status_code) == (200, 200)
    report = answer.json()
    assert {name: report[name] for name in ("new", "invited", "registered", "suppressed", "repeated", "unusable")} == {
        "new": 1, "invited": 0, "registered": 1, "suppressed": 0, "repeated": 1, "unusable": 1,
    }  # fmt: skip
    assert [one["outcome"] for one in report["addresses"]] == ["unusable", "repeated", "registered", "new"]
    assert trial.json()["addresses"] == report["addresses"]
    assert stored(session) == ["ada@example.org"]
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "invitations.added"))
    assert (entry.facts, entry.event_id) == ({"new": 1}, event.id)
    assert entry.organiser_id is not None


def test_a_table_and_a_workbook_and_any_text_do_as_well(
    session: Session, client: TestClient, event: Event, editor: Headers
) -> None:
    def send(content: bytes, kind: str, **params: Any) -> Any:
        headers = editor | {"Content-Type": kind}
        return client.post(path_of(event), headers=headers, content=content, params=params).json()

    table = "Correo;Nombre;Apellidos\nada@example.org;José;García\n".encode("cp1252")
    workbook = b"".join(xlsx_pieces(["Nom", "Courriel"], [["Bob B", "bob@example.org"]], title="Feuille"))
    assert send(table, "text/csv", is_trial=True)["addresses"][0]["name"] == "José García"
    assert send(table, "text/csv; charset=windows-1252", language="es")["new"] == 1
    assert send(workbook, XLSX_TYPE)["addresses"][0]["name"] == "Bob B"
    assert send(b"Cyd <cyd@example.org>", "text/plain")["new"] == 1

    assert stored(session) == ["ada@example.org", "bob@example.org", "cyd@example.org"]
    assert set(session.scalars(select(Invitation.language))) == {"es", "en"}


@pytest.mark.parametrize(
    ("content", "kind", "status", "field"),
    [
        (b"{", "application/json", 422, "body"),
        (b"{}", "application/json", 422, "text"),
        (b'{"text": ""}', "application/json", 422, "text"),
        (b'{"text": "x", "language": "English"}', "application/json", 422, "language"),
        (b'{"text": "x", "extra": 1}', "application/json", 422, "extra"),
        (b"", "text/csv", 422, None),
        (b"nobody", "text/plain", 422, None),
        (b"%PDF-1.7", "text/csv", 415, None),
        (b"PK\x03\x04nonsense", XLSX_TYPE, 415, None),
        (b"a@b.org", "text/csv; charset=nonsense", 415, None),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(
    session: Session, client: TestClient, event: Event, editor: Headers, content: bytes, kind: str, status: int,
    field: str | None,
) -> None:  # fmt: skip
    answer = client.post(path_of(event), headers=editor | {"Content-Type": kind}, content=content)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == ([field] if field else [])
    assert stored(session) == []


def test_nobody_is_invited_to_what_is_cancelled(
    session: Session, client: TestClient, event: Event, editor: Headers
) -> None:
    events.cancel(session, event.id, None)
    session.commit()
    answer = client.post(path_of(event), headers=editor, json={"text": "ada@example.org"})
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "registration-closed")
    assert client.post(f"{path_of(event)}/nudge", headers=editor).status_code == 409


def test_the_list_tells_what_became_of_each(
    session: Session, client: TestClient, event: Event, editor: Headers
) -> None:
    for name in ("ada", "bob", "cyd", "dan", "eve", "fay", "gus"):
        make_invitation(session, event, f"{name}@example.org")
    invitations.send_waiting(session)
    session.commit()
    ada = register(session, event, "ada@example.org")
    [bob] = session.scalars(select(Invitation).where(Invitation.address == "bob@example.org"))
    invitations.decline(session, bob.id)
    [to_cyd] = session.scalars(select(Message).join(Invitation).where(Invitation.address == "cyd@example.org"))
    outbox.claim(session, [to_cyd.id], until=clock.now() + timedelta(days=1))
    outbox.mark_sent(session, to_cyd, reply="250 Ok")
    session.commit()

    found = client.get(path_of(event), headers=editor).json()

    assert found["counts"] == {
        "pending": 5, "accepted": 1, "declined": 1, "waiting": 2, "undelivered": 0, "per_day": 5,
    }  # fmt: skip
    by_name = {one["address"].partition("@")[0]: one for one in found["invitations"]}
    assert list(by_name) == ["ada", "bob", "cyd", "dan", "eve", "fay", "gus"]
    assert {name: one["mail"] for name, one in by_name.items()} == {
        "ada": "withdrawn", "bob": "withdrawn", "cyd": "sent", "dan": "pending", "eve": "pending", "fay": None,
        "gus": None,
    }  # fmt: skip
    assert (by_name["ada"]["registration_id"], by_name["ada"]["registration_status"]) == (str(ada.id), "confirmed")
    assert by_name["fay"]["posted_at"] is None
    declined = client.get(path_of(event), headers=editor, params={"status": "declined"}).json()
    assert [one["address"] for one in declined["invitations"]] == ["bob@example.org"]
    assert declined["counts"] == found["counts"]


def test_it_comes_in_pages_and_can_be_searched(
    session: Session, client: TestClient, event: Event, editor: Headers
) -> None:
    text = "\n".join(f"Person {number} <p{number}@example.org>" for number in range(5)) + '\n"50%" <x_y@example.org>'
    client.post(path_of(event), headers=editor, json={"text": text})
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        params = {"limit": 2} | ({"after": after} if after else {})
        page = client.get(path_of(event), headers=editor, params=params).json()
        seen += [one["address"] for one in page["invitations"]]
        after = page["next"]

    def search(words: str) -> list[str]:
        answer = client.get(path_of(event), headers=editor, params={"search": words}).json()
        return [one["address"] for one in answer["invitations"]]

    assert seen == [f"p{number}@example.org" for number in range(5)] + ["x_y@example.org"]
    assert search("person 3") == ["p3@example.org"]
    assert search("P4@EX") == ["p4@example.org"]
    assert search("x_") == ["x_y@example.org"]
    assert search("xx") == []
    assert client.get(path_of(event), headers=editor, params={"after": "nonsense"}).status_code == 422


def test_viewers_see_no_addresses_and_cannot_find_out(session: Session, client: TestClient, event: Event) -> None:
    make_invitation(session, event, "ada@example.org")
    viewer = as_role(session, event, Role.VIEWER)
    answer = client.get(path_of(event), headers=viewer)
    guess = client.get(path_of(event), headers=viewer, params={"search": "ada@"})
    assert "ada@" not in answer.text
    assert answer.json()["invitations"][0]["address"] is None
    assert guess.json()["invitations"] == []


def test_the_silent_are_asked_once_more(session: Session, client: TestClient, event: Event, editor: Headers) -> None:
    make_invitation(session, event, "ada@example.org")
    make_invitation(session, event, "bob@example.org")
    invitations.send_waiting(session)
    session.commit()
    register(session, event, "bob@example.org")
    at_once = client.post(f"{path_of(event)}/nudge", headers=editor)
    with clock.travel_to(clock.now() + timedelta(days=4)):
        later = client.post(f"{path_of(event)}/nudge", headers=editor)
        again = client.post(f"{path_of(event)}/nudge", headers=editor)

    assert [one.json() for one in (at_once, later, again)] == [{"count": 0}, {"count": 1}, {"count": 0}]
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "invitations.nudged"))
    assert entry.facts == {"count": 1}


def test_one_is_withdrawn(session: Session, client: TestClient, event: Event, editor: Headers) -> None:
    ada, bob = (make_invitation(session, event, f"{name}@example.org") for name in ("ada", "bob"))
    invitations.send_waiting(session)
    session.commit()
    apply_many(session, event, [applicant("bob@example.org")])

    first = client.delete(f"/api/v1/invitations/{ada.id}", headers=editor)
    second = client.delete(f"/api/v1/invitations/{ada.id}", headers=editor)
    accepted = client.delete(f"/api/v1/invitations/{bob.id}", headers=editor)

    assert (first.status_code, second.status_code, accepted.status_code) == (204, 404, 409)
    found = client.get(path_of(event), headers=editor).json()
    assert [one["address"] for one in found["invitations"]] == ["bob@example.org"]
    assert session.scalar(select(func.count()).where(AuditEntry.action == "invitation.withdrawn")) == 1


def test_a_large_list_is_read(session: Session, client: TestClient, event: Event, editor: Headers) -> None:
    """Larger than other requests may be."""
    content = b"email,name\n" + b"".join(b"p%d@example.org,%s\n" % (number, b"Name " * 150) for number in range(2_000))
    answer = client.post(path_of(event), headers=editor | {"Content-Type": "text/csv"}, content=content)
    assert answer.json()["new"] == 2_000
