"""`plenary invite`, as an operator types it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from services.cli.main import app
from shared import events
from shared.models import AuditEntry, Event, Invitation
from tests.factories import make_event, register

MESS = "Ada Lovelace <ada@example.org>; bob@example.org\nbob@example.org, cyd@localhost, reg@example.org\n"


@pytest.fixture
def event(session: Session) -> Event:
    found = make_event(session)
    register(session, found, "reg@example.org")
    return found


def plenary(*words: str, given: str | None = None) -> Result:
    result = CliRunner().invoke(app, ["invite", *words], input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def stored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Invitation)) or 0


def test_everybody_in_a_file_is_invited_and_it_is_said(session: Session, event: Event, tmp_path: Path) -> None:
    file = tmp_path / "people.txt"
    file.write_text(MESS)

    trial = plenary(event.slug, str(file), "--trial")
    assert stored(session) == 0
    real = plenary(event.slug, str(file), "--language", "fr")

    assert (trial.exit_code, real.exit_code) == (0, 0)
    assert "2 people would be invited. The last mail leaves by " in trial.stdout
    assert "2 people invited." in real.stdout
    assert "Left out, twice in the file: 1." in real.stdout
    assert "Left out, registered already: 1." in real.stdout
    assert "Left out, cyd@localhost: The part after the @-sign" in real.stderr
    assert stored(session) == 2
    assert set(session.scalars(select(Invitation.language))) == {"fr"}
    assert session.scalars(select(AuditEntry.facts)).all() == [{"new": 2}]


def test_scripts_get_json_and_may_pipe_the_list_in(session: Session, event: Event) -> None:
    report = json.loads(plenary(str(event.id), "-", "--json", given=MESS).stdout)
    assert (report["new"], report["unusable"], report["repeated"]) == (2, 1, 1)
    again = json.loads(plenary(event.slug, "-", "--json", given=MESS).stdout)
    assert (again["new"], again["invited"]) == (0, 2)


@pytest.mark.parametrize(
    ("given", "words", "said"),
    [
        ("nobody in here", [], "There is no e-mail address in the file"),
        ("bob@localhost", [], "0 people invited"),
        ("", [], "The table is empty"),
        (MESS, ["--language", "xx"], "Mails are written in en"),
        (MESS, ["--encoding", "nonsense"], "encoding"),
    ],
)
def test_what_leads_to_nothing_is_a_failure(
    session: Session, event: Event, given: str, words: list[str], said: str
) -> None:
    result = plenary(event.slug, "-", *words, given=given)
    assert result.exit_code == 1
    assert said in result.output
    assert stored(session) == 0


def test_an_event_that_takes_nobody_is_a_sentence(session: Session, event: Event) -> None:
    events.cancel(session, event.id, None)
    session.commit()
    result = plenary(event.slug, "-", given=MESS)
    assert (result.exit_code, "is cancelled" in result.stderr) == (1, True)
    assert plenary("nothing", "-", given=MESS).exit_code == 1
    assert "There is no file" in plenary(event.slug, "/nowhere/at/all").stderr
