"""`plenary doctor`, run as an operator runs it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from services.cli import doctor
from shared import canary, clock, heartbeats, outbox
from shared.database import new_session
from shared.models import Message, MessageKind
from shared.settings import get_settings
from tests.cli.test_commands import plenary
from tests.factories import make_event, register


def checked(*words: str) -> tuple[int, dict[str, dict[str, str]]]:
    code, output = plenary("doctor", "--json", "--no-dns", *words)
    return code, {one["check"]: one for one in json.loads(output)["findings"]}


def test_a_machine_where_nothing_runs_says_so_with_remedies_and_ends_with_1(session: Session) -> None:
    code, found = checked()
    assert code == 1
    assert found["database"]["level"] == found["redis"]["level"] == found["migrations"]["level"] == "ok"
    assert found["mail server"]["level"] == found["clock"]["level"] == found["clock of Redis"]["level"] == "ok"
    for kind in ("worker", "dispatcher"):
        assert found[kind]["level"] == "problem"
        assert f"docker compose up --detach {kind}" in found[kind]["remedy"]
    assert "works on this machine only" in found["site"]["says"] or "unencrypted" in found["site"]["says"]


def test_a_machine_where_all_is_well_ends_with_0_and_says_it_in_words(session: Session) -> None:
    for kind in ("worker", "dispatcher"):
        heartbeats.beat(session, kind)
    session.commit()
    code, output = plenary("doctor", "--no-dns")
    assert code == 0, output
    assert "✓ PostgreSQL answers." in output
    assert "Nothing is wrong." in output


def test_old_mail_and_the_servers_words_are_found_without_addresses(session: Session) -> None:
    event = make_event(session)
    register(session, event, "ada@example.org")
    later = clock.now() + timedelta(minutes=1)
    with new_session() as own:
        [message] = outbox.claim(own, outbox.lease_outstanding(own, limit=1, until=later), until=later)
        outbox.retry_later(own, message, wait=timedelta(0), reply="451 4.7.1 <ada@example.org>: try again later")
        message.due_at = clock.now() - timedelta(hours=3)
        own.commit()

    code, found = checked()

    assert code == 1
    assert found["queue"]["level"] == "problem"
    assert "1 mails are due" in found["queue"]["says"]
    assert "“451 4.7.1 <…@…>: try again later”" in found["put-off"]["says"]


def test_a_silent_redis_and_a_silent_mail_server_are_told_apart(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "redis_url", "redis://127.0.0.1:9/0")
    monkeypatch.setattr(get_settings(), "smtp_port", 9)
    code, found = checked()
    assert code == 1
    assert "Redis does not answer" in found["redis"]["says"]
    assert "nobody listens there" in found["mail server"]["says"]
    assert found["database"]["level"] == "ok"


def test_a_silent_database_ends_the_questions_to_it_and_not_the_others(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = sessionmaker(create_engine("postgresql+psycopg://nobody@127.0.0.1:9/none"))
    monkeypatch.setattr(doctor, "new_session", lambda: lost())
    code, found = checked()
    assert code == 1
    assert "nothing works without it" in found["database"]["says"]
    assert found["redis"]["level"] == "ok"
    assert "worker" not in found


def test_a_canary_that_does_not_arrive_is_missed(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked()[1]["canary"]["level"] == "unknown"
    monkeypatch.setattr(get_settings(), "canary_minutes", 15)
    assert canary.send_due(session) == 1
    assert canary.send_due(session) == 0
    session.commit()
    assert checked()[1]["canary"]["level"] == "unknown"

    message = session.query(Message).filter_by(kind=MessageKind.CANARY).one()
    message.status, message.sent_at = "sent", clock.now()
    session.commit()
    assert checked()[1]["canary"]["level"] == "ok"

    message.sent_at = clock.now() - timedelta(hours=3)
    session.commit()
    assert checked()[1]["canary"]["level"] == "problem"
