"""`plenary registrations`: lists of people go in, the list of an event comes out."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli.output import AsJson, answer, clear_errors, err
from shared import audit, events
from shared.database import new_session
from shared.registration_tables.exporting import RegistrationTable
from shared.registration_tables.importing import OnProgress, Wishes, import_registrations
from shared.schemas.imports import ImportReport, RowRemark
from shared.sheets import LARGEST
from shared.sheets.csv_writing import csv_pieces
from shared.sheets.workbook_writing import xlsx_pieces

app = typer.Typer(no_args_is_help=True, help="The people of an event, as tables.")

EventKey = Annotated[str, typer.Option("--event", help="Slug or id of the event.")]


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or XLSX.")],
    event: EventKey,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen at this moment.")] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Nobody, where a row is wrong; in one transaction.")
    ] = False,
    no_mail: Annotated[bool, typer.Option("--no-mail", help="Those who are new get no confirmation.")] = False,
    column: Annotated[
        list[str] | None, typer.Option(help='FIELD=HEADING, where headings do not say it: address="Contact".')
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV, where it is not recognised.")] = None,
    json: AsJson = False,
) -> None:
    """Register the people of a list, who agreed to it elsewhere. Doing it again is harmless.

    Ends with 0 when everyone who can be registered is, with 1 when nobody went in because of what is wrong.
    """
    wishes = Wishes(dry_run, all_or_nothing, not no_mail, _columns(column or []), encoding)
    with clear_errors(), _harmless_interruption(), _progress(is_shown=err.is_terminal) as on_progress:
        with new_session() as session:
            event_id = events.get(session, event).id
        report = import_registrations(event_id, _read(file), wishes, by=None, on_progress=on_progress)
    _say_remarks(report)
    answer(report.model_dump(mode="json"), _sentence(report), as_json=json)
    if report.wrong and not report.registered and not report.already_registered:
        raise typer.Exit(1)


def _read(file: Path) -> bytes:
    with file.open("rb") as source:
        return source.read(LARGEST + 1)  # One more, so that it is noticed.


def _columns(wished: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in wished]
    if any(not (name and heading) for name, _, heading in pairs):
        raise typer.BadParameter("Write FIELD=HEADING, such as --column address=Contact.", param_hint="--column")
    return {name.strip(): heading for name, _, heading in pairs}


@contextmanager
def _harmless_interruption() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        err.print("Interrupted. Whoever is registered stays registered; do it again for the others.", markup=False)
        raise typer.Exit(130) from None


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[OnProgress]:
    columns = (TextColumn("Rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not is_shown) as progress:
        task = progress.add_task("rows", total=None)
        yield lambda done, most: progress.update(task, completed=done, total=most)


def _say_remarks(report: ImportReport) -> None:
    for remark in report.remarks:
        err.print(_remark(remark), markup=False)
    left_out = report.wrong + report.already_registered + report.repeated + report.cancelled
    if left_out > len(report.remarks):
        err.print(f"… and {left_out - len(report.remarks):,} more.", markup=False)


def _remark(remark: RowRemark) -> str:
    subject = f" {remark.field}" if remark.field else ""
    return f"Row {remark.row}:{subject} {remark.message}"


def _sentence(report: ImportReport) -> str:
    would = "would be " if report.is_dry_run else ""
    lines = [
        f"{report.rows:,} rows: {report.registered:,} people {would}registered "
        f"({report.confirmed:,} confirmed, {report.waitlisted:,} on the waiting list)."
    ]
    counts = {
        "registered already": report.already_registered,
        "twice in the file": report.repeated,
        "cancelled": report.cancelled,
        "wrong": report.wrong,
    }
    lines += [f"Left out, {why}: {number:,}." for why, number in counts.items() if number]
    if report.unused_columns:
        lines.append(f"Columns not used: {', '.join(report.unused_columns)}.")
    return "\n".join(lines)


@app.command("export")
def export_file(
    event: EventKey,
    file_format: Annotated[Format | None, typer.Option("--format", help="Else as --output says; else csv.")] = None,
    output: Annotated[Path | None, typer.Option(dir_okay=False, writable=True, help="Else standard output.")] = None,
) -> None:
    """Write everyone who is or was registered into a table, safe to open in a spreadsheet."""
    chosen = file_format or (Format.XLSX if output and output.suffix.lower() == ".xlsx" else Format.CSV)
    with clear_errors():
        with new_session() as session:
            found = events.get(session, event)
            table = RegistrationTable(found, sees_all=True)
            audit.record(session, "registrations.exported", by=None, event=found, format=chosen.value, whole=True)
            session.commit()
        _write(_pieces(table, chosen), output)


def _pieces(table: RegistrationTable, chosen: Format) -> Iterator[bytes]:
    if chosen is Format.XLSX:
        return xlsx_pieces(table.headings, table.rows(), title="Registrations")
    return csv_pieces(table.headings, table.rows())


def _write(pieces: Iterable[bytes], output: Path | None) -> None:
    if output is None:
        _write_to(sys.stdout.buffer, pieces)
        return
    with output.open("wb") as file:
        _write_to(file, pieces)


def _write_to(file: BinaryIO, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        file.write(piece)
    file.flush()
