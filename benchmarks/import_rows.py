"""How long a list of people takes to get in, and the list of an event to get out; how much memory each takes.

python -m benchmarks.import_rows [--rows 100000] [--stored 1000000] [--json FILE]

PostgreSQL waits for the disk as it does in production. Each step runs in a process of its own, whose memory can be
told. `stored` registrations are written straight into the table: what is measured there is reading them.
"""

import json
import os
import resource
import secrets
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from services.local.postgres import running_postgres
from shared.sheets.csv_writing import CellValue, csv_pieces
from shared.sheets.workbook_writing import xlsx_pieces

AIM_SECONDS = 60
AIM_ROWS = 100_000
_HEADINGS = [
    "First name",
    "Last name",
    "E-mail",
    "Organisation",
    "City",
    "Country",
    "Audience",
    "Language",
    "Time zone",
]
_PLACES = [("Lleida", "Spain", "es", "Europe/Madrid"), ("Nantes", "Francia", "French", "Europe/Paris"),
           ("Córdoba", "AR", "español", "America/Argentina/Cordoba"), ("Leeds", "UK", "", "Europe/London"),
           ("الدار البيضاء", "المغرب", "fr", "Africa/Casablanca")]  # fmt: skip
_STORED = """
INSERT INTO registration (id, event_id, position, status, source, address, name, organisation, city, country, audience,
    language, time_zone, answers, sequence, registered_at, confirmed_at)
SELECT gen_random_uuid(), %(event)s, n, 'confirmed', 'page', 'person' || n || '@example.org', 'Núria Vidal ' || n,
    'City council of Lleida', 'Lleida', 'ES', 'City officials', 'es', 'Europe/Madrid', '{}', 0, now(), now()
FROM generate_series(1, %(rows)s) AS n;
UPDATE event_places SET last_position = %(rows)s, confirmed = %(rows)s WHERE event_id = %(event)s;
"""


def _people(rows: int) -> Iterator[list[CellValue]]:
    for number in range(rows):
        city, country, language, zone = _PLACES[number % len(_PLACES)]
        address = f"person.{number}@town{number % 500}.example.org"
        yield [f"Núria {number}", "Vidal", address, "City council, roads", city, country, "Students", language, zone]


def _write(file: Path, pieces: Iterable[bytes]) -> None:
    with file.open("wb") as target:
        target.writelines(pieces)


def _make_event() -> str:
    """Published, so many places that a tenth of the people has to wait."""
    from shared import calendars, clock, events
    from shared.database import new_session
    from shared.schemas.events import EventContent

    with new_session() as session:
        calendar = calendars.create(session, title=f"Figures {secrets.token_hex(4)}")
        content = EventContent(
            title="A long list",
            starts_at_local=clock.now().replace(tzinfo=None, year=clock.now().year + 1, month=3, day=1),
            time_zone="Europe/Madrid",
            minutes=60,
            audiences=["City officials", "Students"],
            places=AIM_ROWS * 9 // 10,
        )
        event = events.create(session, calendar, content)
        events.publish(session, event.id)
        session.commit()
        return event.slug


def _store(slug: str, rows: int) -> None:
    from shared import events
    from shared.database import new_session

    with new_session() as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        event = events.get(session, slug)
        for statement in filter(str.strip, _STORED.split(";")):
            connection.execute(statement, {"event": event.id, "rows": rows})
        connection.execute("ANALYZE registration")
        session.commit()


def _timed(*words: str) -> dict[str, Any]:
    """The command of an operator, in a process of its own: its time, that of the processor alone, the most memory."""
    began, processor = time.perf_counter(), _processor_seconds()
    command = [sys.executable, "-m", "benchmarks.import_rows", "--run", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
    spent = _processor_seconds() - processor
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(spent, 1),
        "peak_mib": int(done.stderr.split()[-1]),
    }


def _processor_seconds() -> float:
    """Of the commands that ended; the database server is still running."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(words: list[str]) -> None:
    """What `_timed` starts."""
    from services.cli.main import app

    try:
        app(words)
    finally:
        sys.stderr.write(f" {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}\n")


def _measure(rows: int, stored: int, directory: Path) -> dict[str, Any]:
    from shared.migrations import state

    state.upgrade()
    figures: dict[str, Any] = {}
    _write(directory / "people.csv", csv_pieces(_HEADINGS, _people(rows)))
    _write(directory / "people.xlsx", xlsx_pieces(_HEADINGS, _people(rows), title="People"))
    for kind in ("csv", "xlsx"):
        file, slug = str(directory / f"people.{kind}"), _make_event()
        said = ["registrations", "import", file, "--event", slug]
        figures[f"dry run, {rows:,} rows of {kind}"] = _timed(*said, "--dry-run")
        figures[f"import, {rows:,} rows of {kind}"] = _timed(*said)
        figures[f"import again, {rows:,} rows of {kind}"] = _timed(*said)
    figures[f"import, {rows:,} rows of csv, all or nothing"] = _timed(
        "registrations", "import", str(directory / "people.csv"), "--event", _make_event(), "--all-or-nothing"
    )
    if stored:
        slug = _make_event()
        _store(slug, stored)
        for kind in ("csv", "xlsx"):
            file = str(directory / f"list.{kind}")
            figures[f"export, {stored:,} registrations as {kind}"] = _timed(
                "registrations", "export", "--event", slug, "--format", kind, "--output", file
            )
    return figures


def _arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=AIM_ROWS, help="to import (default: %(default)s)")
    parser.add_argument("--stored", type=int, default=1_000_000, help="to export (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    return parser.parse_args()


def main() -> None:
    if sys.argv[1:2] == ["--run"]:
        _run(sys.argv[2:])
        return
    chosen = _arguments()
    with (
        TemporaryDirectory(prefix="plenary-figures-") as name,
        running_postgres(Path(name) / "postgres", durable=True) as url,
    ):
        os.environ |= {"PLENARY_DATABASE_URL": url, "PLENARY_SECRET_KEY": secrets.token_urlsafe(32)}
        figures = _measure(chosen.rows, chosen.stored, Path(name))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2))
    table = Table("figure", "seconds", "of its processor", "peak MiB")
    for figure, values in figures.items():
        table.add_row(figure, *map(str, values.values()))
    Console().print(table, f"Aim: {AIM_ROWS:,} rows in under {AIM_SECONDS} s. Load now: {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
