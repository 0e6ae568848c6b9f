"""The `plenary` command as an operator types it."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from services.cli.main import app
from shared import clock, history, organisers, password_links
from shared.models import Calendar, Event, EventState, Message, Registration
from tests.factories import make_calendar, make_event, register

runner = CliRunner()
ANNOUNCEMENT = """\
# Webinar: Ladders for eels

Thursday 3 June 2027, 15:00 (Europe/Madrid)

## Contents

- Why eels climb

## Programme

- Welcome (5 min)
- Ladders (25 min)
"""


def plenary(*words: str, stdin: str | None = None) -> tuple[int, str]:
    result = runner.invoke(app, list(words), input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_an_organiser_is_added_with_a_password_shown_once(session: Session) -> None:
    make_calendar(session, title="River calendar")

    code, output = plenary(
        "organiser", "add", "ola@example.org", "--name", "Ola", "--calendar", "river-calendar", "--json"
    )

    assert code == 0, output
    password = json.loads(output)["password"]
    assert organisers.sign_in(session, address="ola@example.org", password=password)[0].startswith("plenary_")


def test_a_short_password_is_refused_with_a_remedy(session: Session) -> None:
    code, output = plenary("organiser", "add", "ola@example.org", "--name", "Ola", "--password-stdin", stdin="short\n")
    assert code == 1
    assert "at least 12 characters" in output


def test_a_link_to_choose_a_password_can_be_handed_over(session: Session) -> None:
    plenary("organiser", "add", "ola@example.org", "--name", "Ola")
    code, output = plenary("organiser", "link", "OLA@example.org", "--json")
    assert code == 0, output

    password_links.choose(session, json.loads(output)["url"].rpartition("/")[2], "a long second password")
    assert organisers.sign_in(session, address="ola@example.org", password="a long second password")
    assert plenary("organiser", "add", " Ola@example.org ", "--name", "Ola")[0] == 1, "the same address"
    code, output = plenary("organiser", "link", "nobody@example.org")
    assert code == 1
    assert "plenary organiser add" in output


def test_a_new_password_ends_old_sessions(session: Session) -> None:
    plenary("organiser", "add", "ola@example.org", "--name", "Ola", "--password-stdin", stdin="a long first password\n")
    organisers.sign_in(session, address="ola@example.org", password="a long first password")
    session.commit()

    code, _ = plenary(
        "organiser", "set-password", "ola@example.org", "--password-stdin", stdin="a long second password\n"
    )

    assert code == 0
    assert organisers.sign_in(session, address="ola@example.org", password="a long second password")


def test_an_announcement_is_imported_from_a_file(session: Session, tmp_path: Path) -> None:
    plenary("calendar", "add", "River calendar", "--time-zone", "Europe/Madrid")
    plenary("organiser", "add", "ola@example.org", "--name", "Ola", "--operator")
    file = tmp_path / "eels.md"
    file.write_text(ANNOUNCEMENT)

    code, output = plenary("import", str(file), "--calendar", "river-calendar", "--json")

    assert code == 0, output
    event = json.loads(output)["event"]
    assert (event["title"], event["state"], event["starts_at"]) == ("Ladders for eels", "draft", "2027-06-03T13:00:00Z")


@pytest.mark.parametrize(
    ("name", "content"), [("empty.md", b""), ("picture.png", b"\x89PNG\r\n\x1a\n\x00"), ("a.txt", b"eggs")]
)
def test_what_is_no_announcement_is_a_sentence_and_not_a_traceback(
    session: Session, tmp_path: Path, name: str, content: bytes
) -> None:
    plenary("organiser", "add", "ola@example.org", "--name", "Ola", "--operator")
    (tmp_path / name).write_bytes(content)

    code, output = plenary("import", str(tmp_path / name))

    assert code == 1
    assert "Traceback" not in output
    assert session.scalar(select(func.count()).select_from(Event)) == 0


def test_the_sample_is_loaded_once(session: Session) -> None:
    for expected in (3, 0):
        code, output = plenary("sample", "--json")
        assert (code, json.loads(output)["events"]) == (0, expected)

    assert session.scalar(select(func.count()).select_from(Calendar)) == 1
    assert set(session.scalars(select(Event.state))) == {EventState.PUBLISHED}


def test_the_people_of_the_sample_fill_past_and_coming_events_and_nobody_is_written_to(session: Session) -> None:
    code, output = plenary("sample", "--people", "--json")
    assert code == 0, output

    assert session.scalar(select(func.count()).select_from(Registration)) == json.loads(output)["registrations"]
    past = session.scalars(select(Event).where(Event.ends_at < clock.now())).all()
    assert len(past) == 4
    assert all(0 < count < event.places.taken for event, count in zip(past, _joined(session, past), strict=True))
    coming = session.scalars(select(Event).where(Event.starts_at > clock.now())).all()
    assert all(event.places.taken and event.places.free != 0 for event in coming)
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def _joined(session: Session, events: Sequence[Event]) -> list[int]:
    counted = history.joined(session, [event.id for event in events])
    return [counted[event.id] for event in events]


def test_an_event_is_rehearsed_and_nothing_is_sent(session: Session) -> None:
    event = make_event(session, title="Ladders [for] eels")
    register(session, event, "ada@example.org", time_zone="Asia/Tokyo")

    code, output = plenary("rehearse", event.slug)
    assert code == 0, output
    assert "Ladders [for] eels" in output
    assert "3 mails are planned. Nothing was sent." in output

    code, output = plenary("rehearse", str(event.id), "--json")
    reminders = [mail for mail in json.loads(output)["mails"] if mail["kind"] == "reminder"]
    assert [mail["recipients"] for mail in reminders] == [1, 1]
    assert all("Tokyo, UTC+9" in mail["at_local"] for mail in reminders)


def test_an_event_that_is_not_there_cannot_be_rehearsed(session: Session) -> None:
    code, output = plenary("rehearse", "no-such-event")
    assert code == 1
    assert "no such event" in output
