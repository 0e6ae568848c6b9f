"""`plenary registrations`, as an operator types it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from services.cli.main import app
from shared.models import AuditEntry, Event, Message, Registration
from shared.sheets import read_table
from tests.factories import make_event, register

EXAMPLE = Path(__file__).parents[2] / "examples" / "registrants.csv"
AUDIENCES = ["City officials", "Landscape architects", "Researchers and students"]


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, places=5, audiences=AUDIENCES)


def plenary(*words: str) -> Result:
    result = CliRunner().invoke(app, ["registrations", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def stored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Registration)) or 0


def test_a_list_is_imported_and_the_numbers_are_said(session: Session, event: Event) -> None:
    result = plenary("import", str(EXAMPLE), "--event", event.slug)

    assert result.exit_code == 0
    assert "8 rows: 8 people registered (5 confirmed, 3 on the waiting list)." in result.stdout
    assert stored(session) == 8


def test_mistakes_are_said_by_row_on_standard_error(session: Session, event: Event, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,email,Shoe size\nAda,ada@example.org,38\nBob,nowhere,41\n")

    result = plenary("import", str(file), "--event", event.slug, "--json")

    assert result.exit_code == 0
    assert "Row 3: address is not an e-mail address that mail can be sent to" in result.stderr
    report = json.loads(result.stdout)
    assert (report["registered"], report["wrong"], report["unused_columns"]) == (1, 1, ["Shoe size"])


def test_a_dry_run_and_an_import_without_mail(session: Session, event: Event) -> None:
    dry = plenary("import", str(EXAMPLE), "--event", str(event.id), "--dry-run")
    assert "8 people would be registered" in dry.stdout
    assert stored(session) == 0

    assert plenary("import", str(EXAMPLE), "--event", event.slug, "--no-mail").exit_code == 0
    assert stored(session) == 8
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_doing_it_again_is_no_failure(session: Session, event: Event) -> None:
    plenary("import", str(EXAMPLE), "--event", event.slug)
    again = plenary("import", str(EXAMPLE), "--event", event.slug)
    assert again.exit_code == 0
    assert "Left out, registered already: 8." in again.stdout
    assert stored(session) == 8


def test_nobody_going_in_is_a_failure(session: Session, event: Event, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,email\nBob,nowhere\n")
    assert plenary("import", str(file), "--event", event.slug).exit_code == 1

    file.write_text("name,email\nAda,ada@example.org\nBob,nowhere\n")
    refused = plenary("import", str(file), "--event", event.slug, "--all-or-nothing")
    assert refused.exit_code == 1
    assert "rows.3.address" in refused.stderr
    assert stored(session) == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--column", "nonsense"], 2), ([], 1), (["--column", "address=Kontakt", "--column", "name=Wer"], 0)],
)
def test_columns_are_named_where_their_headings_say_nothing(
    session: Session, event: Event, tmp_path: Path, words: list[str], code: int
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Wer,Kontakt\nAda,ada@example.org\n")
    result = plenary("import", str(file), "--event", event.slug, *words)
    assert result.exit_code == code, result.output
    assert stored(session) == (code == 0)


def test_an_event_that_is_not_there_is_a_sentence(session: Session) -> None:
    result = plenary("import", str(EXAMPLE), "--event", "nothing")
    assert result.exit_code == 1
    assert "There is no such event" in result.stderr


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_list_of_an_event_is_written_to_a_file(session: Session, event: Event, tmp_path: Path, suffix: str) -> None:
    register(session, event, "ada@example.org", name="Ada")
    file = tmp_path / f"people.{suffix}"

    assert plenary("export", "--event", event.slug, "--output", str(file)).exit_code == 0

    headings, row = list(read_table(file.read_bytes(), is_heading=lambda cell: cell == "name").rows())
    assert dict(zip(headings, row, strict=True))["address"] == "ada@example.org"
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "registrations.exported"))
    assert entry.facts == {"format": suffix, "whole": True}


def test_without_a_file_the_list_goes_to_standard_output(session: Session, event: Event) -> None:
    register(session, event, "ada@example.org")
    result = plenary("export", "--event", event.slug)
    assert result.stdout_bytes.startswith(b"\xef\xbb\xbfposition,status,name,address")
