"""Rules of mail over HTTP: who may, what is refused and how, what is kept in the log."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared.models import AuditEntry, Event, Role
from tests.factories import (
    applicant,
    apply_many,
    deliver_everything,
    in_days,
    make_calendar,
    make_event,
    make_organiser,
    register,
    token_for,
)
from tests.mailbox import Mailbox
from tests.shared.mail_rules.making import after

V1 = "/api/v1"
NOTICE = {
    "kind": "notice",
    "anchor": "moment",
    "texts": {"en": {"subject": "Another room", "introduction": "Come to the **blue** room."}},
}


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, make_calendar(session), starts_at_local=in_days(5))


@pytest.fixture
def editor(session: Session, event: Event) -> dict[str, str]:
    return token_for(session, make_organiser(session, event.calendar, Role.EDITOR))


def rules_of(client: TestClient, event: Event, headers: dict[str, str]) -> list[dict[str, Any]]:
    answer = client.get(f"{V1}/events/{event.slug}/rules", headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rules"])


def add(client: TestClient, event: Event, headers: dict[str, str], body: dict[str, Any], status: int = 201) -> Any:
    answer = client.post(f"{V1}/events/{event.slug}/rules", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def log(session: Session) -> list[tuple[str, dict[str, Any]]]:
    session.expire_all()
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action.op("~")("rule|notice")).order_by(AuditEntry.id)
    )
    return [(entry.action, entry.facts) for entry in entries]


def test_a_rule_is_added_read_changed_and_removed(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    register(session, event, "ada@example.org")
    made = add(client, event, editor, {"kind": "reminder", "anchor": "start", "minutes_before": 30})
    assert (made["state"], made["recipients"], made["sent"], made["total"]) == ("waiting", 1, 0, 0)
    assert [rule["minutes_before"] for rule in rules_of(client, event, editor)] == [1440, 60, 30]

    changed = client.patch(f"{V1}/rules/{made['id']}", json={"is_paused": True, "minutes_before": 20}, headers=editor)
    assert (changed.json()["state"], changed.json()["minutes_before"]) == ("paused", 20)

    assert client.delete(f"{V1}/rules/{made['id']}", headers=editor).status_code == 204
    assert client.delete(f"{V1}/rules/{made['id']}", headers=editor).status_code == 404
    assert [rule["minutes_before"] for rule in rules_of(client, event, editor)] == [1440, 60]
    assert [action for action, _ in log(session)] == ["rule.added", "rule.changed", "rule.removed"]
    assert log(session)[1][1]["fields"] == ["is_paused", "minutes_before"]


def test_a_notice_at_once_is_logged_as_sent_with_how_many(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    apply_many(session, event, [applicant("ada@example.org"), applicant("bob@example.org")])
    made = add(client, event, editor, NOTICE)
    assert made["moment"] == made["due_at"]
    [(action, facts)] = log(session)
    assert (action, facts["recipients"], facts["rule"]) == ("notice.sent", 2, made["id"])


def test_a_creating_request_with_a_key_is_done_once(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    headers = editor | {"Idempotency-Key": "once"}
    first = add(client, event, headers, NOTICE)
    again = client.post(f"{V1}/events/{event.slug}/rules", json=NOTICE, headers=headers)
    assert (again.status_code, again.json()) == (201, first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(log(session)) == 1


def test_a_refusal_names_the_field(client: TestClient, event: Event, editor: dict[str, str]) -> None:
    body = {"minutes_before": 30, "selection": {"audiences": ["Dentists"]}}
    problem = add(client, event, editor, body, 422)
    assert [one["field"] for one in problem["errors"]] == ["selection.audiences"]
    assert "City officials" in problem["errors"][0]["message"]


def test_the_same_rule_twice_is_a_conflict(client: TestClient, event: Event, editor: dict[str, str]) -> None:
    problem = add(client, event, editor, {"minutes_before": 60}, 409)
    assert "already" in problem["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "newsletter"},
        {"minutes_before": 10**9},
        {"minutes_before": 1.5},
        {"moment": 1800000000, "anchor": "moment"},
        {"moment": "2027-03-03T15:00:00", "anchor": "moment"},
        {"selection": {"statuses": ["deleted"]}},
        {"selection": {"addresses": ["ada@example.org"]}},
        {"texts": {"en": {"subject": "A\r\nBcc: x@example.org"}}, "minutes_before": 30},
        {"texts": {"../en": {}}, "minutes_before": 30},
        {"minutes_before": 30, "sent": 5},
    ],
)
def test_broken_and_hostile_rules_are_refused(
    client: TestClient, event: Event, editor: dict[str, str], body: dict[str, Any]
) -> None:
    add(client, event, editor, body, 422)
    assert len(rules_of(client, event, editor)) == 2


def test_a_viewer_reads_and_changes_nothing(session: Session, client: TestClient, event: Event) -> None:
    viewer = token_for(session, make_organiser(session, event.calendar, Role.VIEWER))
    rule, _ = rules_of(client, event, viewer)
    add(client, event, viewer, {"minutes_before": 30}, 403)
    assert client.patch(f"{V1}/rules/{rule['id']}", json={"is_paused": True}, headers=viewer).status_code == 403
    assert client.delete(f"{V1}/rules/{rule['id']}", headers=viewer).status_code == 403


def test_a_rule_of_another_calendar_is_not_there(session: Session, client: TestClient, event: Event) -> None:
    stranger = token_for(session, make_organiser(session, make_calendar(session), Role.OWNER))
    rule = event.reminder_rules[0].id
    assert client.patch(f"{V1}/rules/{rule}", json={"is_paused": True}, headers=stranger).status_code == 404
    assert client.delete(f"{V1}/rules/{rule}", headers=stranger).status_code == 404


def test_a_rehearsal_names_nobody_and_sends_nothing(
    session: Session, client: TestClient, event: Event, mailbox: Mailbox
) -> None:
    viewer = token_for(session, make_organiser(session, event.calendar, Role.VIEWER))
    register(session, event, "ada@example.org", name="Ada Lovelace", time_zone="Asia/Tokyo")
    answer = client.get(f"{V1}/events/{event.slug}/rehearsal", headers=viewer)
    assert answer.status_code == 200, answer.text
    assert "ada@example.org" not in answer.text
    assert "Lovelace" not in answer.text
    reminders = [mail for mail in answer.json()["mails"] if mail["kind"] == "reminder"]
    assert [(mail["recipients"], "Tokyo, UTC+9" in mail["at_local"]) for mail in reminders] == [(1, True), (1, True)]
    assert mailbox.mails() == []


def test_the_overview_counts_what_each_rule_sent(
    session: Session, client: TestClient, event: Event, editor: dict[str, str], mailbox: Mailbox
) -> None:
    apply_many(session, event, [applicant("ada@example.org"), applicant("bob@example.org")])
    event_id, day_before = event.id, event.reminder_rules[0].id
    with after(event.starts_at, hours=-23):
        deliver_everything(session)
        answer = client.get(f"{V1}/events/{event_id}/mail", headers=editor)
        reminder = rules_of(client, event, editor)[0]
    assert answer.status_code == 200, answer.text
    kinds = {(row["kind"], row["rule_id"]): row for row in answer.json()["kinds"]}
    assert kinds["confirmation", None]["sent"] == 2
    assert kinds["reminder", str(day_before)]["sent"] == 2
    assert (reminder["state"], reminder["sent"], reminder["total"]) == ("sent", 2, 2)
    assert answer.json()["forecast"]["waiting"] == 0


def test_the_overview_counts_what_calendars_answered(
    session: Session, client: TestClient, event: Event, editor: dict[str, str]
) -> None:
    for number, said in enumerate(("ACCEPTED", "accepted", "declined", None)):
        register(session, event, f"p{number}@example.org").participation = said
    session.commit()
    answer = client.get(f"{V1}/events/{event.id}/mail", headers=editor).json()
    assert answer["participations"] == {"accepted": 2, "tentative": 0, "declined": 1}
