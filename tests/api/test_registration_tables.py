"""Lists in and out over HTTP: who may, how much, what is kept of it, and what viewers do not see."""

import csv
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api import registration_tables
from services.api.main import create_app
from shared.models import AuditEntry, Event, IdempotencyKey, Registration, RegistrationSource, Role
from shared.schemas.questions import QuestionFacts
from shared.sheets import read_table
from shared.sheets.workbook_writing import xlsx_pieces
from tests.factories import make_calendar, make_event, make_organiser, register, token_for

PEOPLE = "name,email\nAda Lovelace,ada@example.org\nBob,bob@example.org\n"
FREE, CHOICE = (
    QuestionFacts.model_validate({"key": "needs", "kind": "long-text", "label": "What do you need?"}),
    QuestionFacts.model_validate(
        {"key": "diet", "kind": "choice", "label": "Diet", "choices": [{"key": "vegan", "label": "Vegan food"}]}
    ),
)


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, places=1, questions=[FREE, CHOICE])


def as_role(session: Session, event: Event, role: Role) -> dict[str, str]:
    return token_for(session, make_organiser(session, event.calendar, role))


def stored(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Registration)) or 0


def send(client: TestClient, event: Event, headers: dict[str, str], content: Any = PEOPLE, **params: Any) -> Any:
    path = f"/api/v1/events/{event.slug}/registrations/import"
    return client.post(path, headers={"Content-Type": "text/csv"} | headers, content=content, params=params)


def test_an_editor_imports_a_list(session: Session, client: TestClient, event: Event) -> None:
    answer = send(client, event, as_role(session, event, Role.EDITOR))

    assert answer.status_code == 200
    report = answer.json()
    assert (report["registered"], report["confirmed"], report["waitlisted"]) == (2, 1, 1)
    assert report["columns"] == {"name": "name", "address": "email"}
    assert set(session.scalars(select(Registration.source))) == {RegistrationSource.IMPORT}
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "registrations.imported"))
    assert entry.organiser_id is not None


def test_a_workbook_does_as_well(session: Session, client: TestClient, event: Event) -> None:
    content = b"".join(xlsx_pieces(["Nombre", "Correo"], [["Ada", "ada@example.org"]], title="Hoja"))
    assert send(client, event, as_role(session, event, Role.EDITOR), content).json()["registered"] == 1


def test_a_dry_run_stores_nothing(session: Session, client: TestClient, event: Event) -> None:
    report = send(client, event, as_role(session, event, Role.EDITOR), dry_run=True).json()
    assert (report["is_dry_run"], report["registered"], report["confirmed"]) == (True, 2, 1)
    assert stored(session) == 0


def test_columns_and_encoding_can_be_named(session: Session, client: TestClient, event: Event) -> None:
    headers = as_role(session, event, Role.EDITOR) | {"Content-Type": "text/csv; charset=cp850"}
    content = "Wer;Wohin\nJosé;jose@example.org\n".encode("cp850")

    report = send(client, event, headers, content, column=["name=Wer", "address=Wohin"]).json()

    assert report["columns"] == {"name": "Wer", "address": "Wohin"}
    assert session.scalar(select(Registration.name)) == "José"


@pytest.mark.parametrize(
    ("content", "params", "status", "code"),
    [
        ("", {}, 422, "table-empty"),
        ("name,phone\nAda,1\n", {}, 422, "column-missing"),
        (b"%PDF-1.7", {}, 415, "table-unreadable"),
        ("name" + "," * 300, {}, 413, "table-too-large"),
        (PEOPLE + "Eve,nowhere\n", {"all_or_nothing": True}, 422, "import-refused"),
        (PEOPLE, {"column": "address"}, 422, "invalid-input"),
        (PEOPLE, {"column": "shoe=Size"}, 422, "invalid-input"),
    ],
)
def test_what_cannot_be_imported_is_a_problem_and_stores_nothing(
    session: Session, client: TestClient, event: Event, content: Any, params: dict[str, Any], status: int, code: str
) -> None:
    answer = send(client, event, as_role(session, event, Role.EDITOR), content, **params)

    assert answer.status_code == status, answer.text
    assert answer.json()["type"].endswith(code)
    assert stored(session) == 0


def test_a_wrong_row_is_named_by_its_number(session: Session, client: TestClient, event: Event) -> None:
    answer = send(client, event, as_role(session, event, Role.EDITOR), PEOPLE + "Eve,nowhere\n", all_or_nothing=True)
    assert [error["field"] for error in answer.json()["errors"]] == ["rows.4.address"]


def test_sent_twice_under_one_key_it_is_done_once_and_keeps_no_names(
    session: Session, client: TestClient, event: Event
) -> None:
    headers = as_role(session, event, Role.EDITOR) | {"Idempotency-Key": "a-key"}
    content = PEOPLE + "Eve Secret,eve secret at nowhere.example\nAda,ada@example.org\n"

    first, again = (send(client, event, headers, content) for _ in range(2))

    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert stored(session) == 2
    kept = str(session.scalar(select(IdempotencyKey.answer)))
    assert not any(word in kept for word in ("Ada", "ada@", "Eve", "nowhere", "secret", "Bob"))


def test_a_table_may_be_larger_than_other_requests_but_not_without_end(
    session: Session, client: TestClient, event: Event
) -> None:
    headers = as_role(session, event, Role.EDITOR)
    large = PEOPLE.replace("\n", ",note\n", 1) + f"Eve,eve@example.org,{'x' * 90_000}\n" * 30

    assert send(client, event, headers, large).json()["registered"] == 3
    assert send(client, event, headers, "x" * (22 * 1024 * 1024)).status_code == 413


def test_who_may_not_import_is_told_before_the_table_is_read(
    session: Session, client: TestClient, event: Event
) -> None:
    # Read first, it would be refused for its size.
    too_large = b" " * (22 * 1024 * 1024)
    assert send(client, event, as_role(session, event, Role.VIEWER), too_large).status_code == 403
    assert send(client, event, {}, too_large).status_code == 401


def test_one_list_at_a_time(session: Session, client: TestClient, event: Event) -> None:
    headers = as_role(session, event, Role.EDITOR)
    with registration_tables._IMPORTING:
        busy = send(client, event, headers)
    assert (busy.status_code, busy.headers["retry-after"]) == (429, "15")
    assert send(client, event, headers).status_code == 200


def answer_questions(session: Session, registration: Registration) -> None:
    registration.answers = {"needs": "A ramp, please", "diet": "vegan"}
    session.commit()


def csv_rows(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


def test_editors_export_everything_with_answers_in_words(session: Session, client: TestClient, event: Event) -> None:
    answer_questions(session, register(session, event, "ada@example.org", name="Ada", country="GB"))

    answer = client.get(f"/api/v1/events/{event.id}/registrations.csv", headers=as_role(session, event, Role.EDITOR))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{event.slug}.csv"'
    [row] = csv_rows(answer.content)
    assert (row["name"], row["address"], row["status"], row["country"]) == ("Ada", "ada@example.org", "confirmed", "GB")
    assert (row["What do you need?"], row["Diet"]) == ("A ramp, please", "Vegan food")
    assert row["consent_version"]


def test_moments_are_on_the_clock_of_the_event_which_the_heading_names(session: Session, client: TestClient) -> None:
    event = make_event(session, time_zone="Asia/Kolkata")
    ada = register(session, event, "ada@example.org")
    headers = as_role(session, event, Role.VIEWER)

    [row] = csv_rows(client.get(f"/api/v1/events/{event.id}/registrations.csv", headers=headers).content)

    local = ada.registered_at.astimezone(ZoneInfo("Asia/Kolkata"))
    assert row["registered_at (Asia/Kolkata)"] == f"{local:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("role", list(Role))
def test_a_viewers_export_leaves_out_how_to_reach_people_and_what_they_wrote(
    session: Session, client: TestClient, event: Event, role: Role, kind: str
) -> None:
    answer_questions(session, register(session, event, "ada@example.org", name="Ada", time_zone="Europe/London"))

    path = f"/api/v1/events/{event.id}/registrations.{kind}"
    content = client.get(path, headers=as_role(session, event, role)).content

    headings, row = list(read_table(content, is_heading=lambda cell: cell == "name").rows())
    found = dict(zip(headings, row, strict=True))
    assert (found["name"], found["Diet"]) == ("Ada", "Vegan food")
    hidden = {"address", "time_zone", "consent_version", "What do you need?"}
    assert hidden & set(headings) == (set() if role == Role.VIEWER else hidden)
    assert ("ada@example.org" in row) == (role != Role.VIEWER)


@pytest.mark.parametrize("role", list(Role))
def test_the_lists_of_people_and_mails_say_as_much_as_the_export(
    session: Session, client: TestClient, event: Event, role: Role
) -> None:
    answer_questions(session, register(session, event, "ada@example.org", name="Ada", time_zone="Europe/London"))
    headers = as_role(session, event, role)
    path = f"/api/v1/events/{event.id}"

    [person] = client.get(f"{path}/registrations", headers=headers).json()["registrations"]
    [message] = client.get(f"{path}/messages", headers=headers).json()["messages"]

    seen = (None, None, None) if role == Role.VIEWER else ("ada@example.org", "Europe/London", "ada@example.org")
    assert (person["address"], person["time_zone"], message["address"]) == seen
    assert set(person["answers"]) == ({"diet"} if role == Role.VIEWER else {"diet", "needs"})
    assert person["name"] == "Ada"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_safe_to_open_in_a_spreadsheet_and_can_be_imported_elsewhere(
    session: Session, client: TestClient, event: Event, kind: str
) -> None:
    register(session, event, "ada@example.org", name="=HYPERLINK(1)", organisation="x;+1")
    headers = as_role(session, event, Role.EDITOR)
    other = make_event(session, event.calendar)

    answer = client.get(f"/api/v1/events/{event.id}/registrations.{kind}", headers=headers)
    if kind == "csv":
        [row] = csv_rows(answer.content)
        assert (row["name"], row["organisation"]) == ("'=HYPERLINK(1)", "x;'+1")

    assert send(client, other, headers, answer.content).json()["registered"] == 1
    again = session.scalars(select(Registration).where(Registration.event_id == other.id)).one()
    assert (again.name, again.organisation) == ("=HYPERLINK(1)", "x;+1")


def test_the_delimiter_can_be_what_the_spreadsheet_expects(session: Session, client: TestClient, event: Event) -> None:
    register(session, event, "ada@example.org")
    path = f"/api/v1/events/{event.id}/registrations.csv"
    answer = client.get(path, headers=as_role(session, event, Role.EDITOR), params={"delimiter": "semicolon"})
    assert csv_rows(answer.content, ";")[0]["address"] == "ada@example.org"


def test_exports_are_in_the_audit_log(session: Session, client: TestClient, event: Event) -> None:
    for role in (Role.VIEWER, Role.EDITOR):
        client.get(f"/api/v1/events/{event.id}/registrations.xlsx", headers=as_role(session, event, role))

    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "registrations.exported"))
    assert [entry.facts for entry in entries] == [
        {"format": "xlsx", "whole": False},
        {"format": "xlsx", "whole": True},
    ]


def test_people_cancelled_and_waiting_are_in_the_export_in_order(session: Session, client: TestClient) -> None:
    event = make_event(session, make_calendar(session), places=1)
    for name in ("a", "b", "c"):
        register(session, event, f"{name}@example.org")

    rows = csv_rows(
        client.get(f"/api/v1/events/{event.id}/registrations.csv", headers=as_role(session, event, Role.EDITOR)).content
    )

    assert [(row["position"], row["status"]) for row in rows] == [
        ("1", "confirmed"), ("2", "waitlisted"), ("3", "waitlisted")
    ]  # fmt: skip


def test_the_openapi_document_tells_what_an_import_takes() -> None:
    operation = create_app().openapi()["paths"]["/api/v1/events/{event_key}/registrations/import"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    }  # fmt: skip
