"""`plenary privacy`: what an operator does for a person who asks, and after a backup was restored."""

import json
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.models import AuditEntry, Registration
from tests.backup import Backup
from tests.cli.test_commands import plenary
from tests.factories import make_calendar, make_event
from tests.leftovers import leftovers
from tests.shared.privacy.somebody import ADDRESS, WORDS, come


def test_one_command_writes_everything_into_a_file_for_its_owner_only(session: Session, tmp_path: Path) -> None:
    come(session, make_event(session, title="Eels"))
    come(session, make_event(session, title="Herons"))
    file = tmp_path / "zenobia.json"

    code, output = plenary("privacy", "export", ADDRESS, "--output", str(file))

    assert code == 0, output
    found = json.loads(file.read_text())
    assert {one["event"]["title"] for one in found["registrations"]} == {"Eels", "Herons"}
    assert file.stat().st_mode & 0o077 == 0
    assert session.scalars(select(AuditEntry.facts)).all() == [{"registrations": 2}]


def test_one_command_erases_and_reports(session: Session) -> None:
    come(session, make_event(session))

    code, output = plenary("privacy", "erase", ADDRESS, "--yes", "--json")

    assert code == 0, output
    assert json.loads(output)["removed"]["registration"] == 1
    assert leftovers(session, WORDS) == []
    assert "Nothing was there" in plenary("privacy", "erase", ADDRESS, "--yes")[1]


def test_erasing_asks_first_and_says_what_would_go(session: Session) -> None:
    come(session, make_event(session, title="Eels"))

    code, output = plenary("privacy", "erase", ADDRESS, stdin="n\n")

    assert code == 1
    assert "1 registrations (“Eels”) with 1 mails are kept." in output
    assert session.query(Registration).count() == 1


def test_one_calendar_is_enough(session: Session) -> None:
    river = make_calendar(session, title="River calendar")
    come(session, make_event(session, river))
    come(session, make_event(session))

    plenary("privacy", "erase", ADDRESS, "--calendar", "river-calendar", "--yes")

    assert session.query(Registration).count() == 1


def test_what_is_no_address_is_a_sentence(session: Session) -> None:
    code, output = plenary("privacy", "export", "zenobia")
    assert (code, "is not an e-mail address" in output) == (1, True)


def test_the_list_of_erasures_is_done_again_after_a_restore(session: Session, tmp_path: Path) -> None:
    come(session, make_event(session))
    backup = Backup(session)
    plenary("privacy", "erase", ADDRESS, "--yes")
    file = tmp_path / "erasures.json"
    plenary("privacy", "erasures", "--output", str(file))
    backup.restore(session)

    code, output = plenary("privacy", "repeat-erasures", str(file), "--json")

    assert code == 0, output
    facts = json.loads(output)
    assert (facts["noted"], len(facts["erased"])) == (1, 1)
    assert leftovers(session, WORDS) == []


def test_a_file_that_is_no_list_is_refused(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text("{}")
    code, output = plenary("privacy", "repeat-erasures", str(file))
    assert (code, "is no list of erasures" in output) == (1, True)
