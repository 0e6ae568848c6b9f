"""A person's data from the command line: exported, erased, and erased again after a backup was restored."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.progress import track
from sqlalchemy.orm import Session

from services.cli.output import AsJson, answer, clear_errors, err
from shared import audit, calendars
from shared.database import new_session
from shared.errors import InvalidInput
from shared.models import Calendar
from shared.privacy import erasing, exporting, repeating
from shared.schemas.privacy import ErasureFact, ErasureReport, PersonExport
from shared.schemas.registrations import Address

app = typer.Typer(no_args_is_help=True, help="What is kept of one person: show it, erase it, keep it erased.")

OneCalendar = Annotated[str | None, typer.Option("--calendar", help="Slug of one calendar; else all of them.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", dir_okay=False, help="A file to write it to.")]
_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)
_LIST = TypeAdapter(list[ErasureFact])


@app.command("export")
def export(address: str, calendar: OneCalendar = None, output: Output = None) -> None:
    """Everything that is kept of an address, as JSON, to be handed to the person."""
    with clear_errors(), new_session() as session:
        found = exporting.export(session, _checked(address), calendar=_calendar(session, calendar))
        _audit_export(session, found, calendar)
        session.commit()
    _write(found.model_dump_json(indent=2), output)


def _audit_export(session: Session, found: PersonExport, calendar: str | None) -> None:
    only = _calendar(session, calendar)
    count = len(found.registrations)
    audit.record(session, "person.exported", by=None, calendar_id=only.id if only else None, registrations=count)


@app.command("erase")
def erase(
    address: str,
    calendar: OneCalendar = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: AsJson = False,
) -> None:
    """Erase an address for good. Places at coming events go on to who waits; numbers stay."""
    with clear_errors(), new_session() as session:
        address, only = _checked(address), _calendar(session, calendar)
        if not yes:
            found = exporting.export(session, address, calendar=only)
            session.rollback()
            typer.confirm(f"{_summary(found)} Erase for good?", abort=True, err=True)
        report = erasing.erase(session, address, by=None, calendar=only)
        session.commit()
    answer(report.model_dump(mode="json"), _sentences(report), as_json=json)


@app.command("erasures")
def erasures(output: Output = None) -> None:
    """The list of all erasures, as JSON. It names nobody. Keep it apart from backups, for `repeat-erasures`."""
    with clear_errors(), new_session() as session:
        listed = repeating.listed(session)
    _write(_LIST.dump_json(listed, indent=2).decode(), output)


@app.command("repeat-erasures")
def repeat_erasures(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="A list that `erasures` wrote.")
    ] = None,
    json: AsJson = False,
) -> None:
    """After a backup was restored: erase again who was erased, by the list of the database and that of a file."""
    with clear_errors(), new_session() as session:
        noted = repeating.note(session, _read(file)) if file else 0
        session.commit()
        known = repeating.by_digest(session)
        reports: list[ErasureReport] = []
        for address in track(repeating.addresses(session), "Looking", console=err, disable=json, transient=True):
            reports += repeating.repeat(session, address, known)
            session.commit()
    facts = {"noted": noted, "erased": [report.model_dump(mode="json") for report in reports]}
    gone = sum(report.removed.get("registration", 0) for report in reports)
    answer(facts, f"{noted} erasures were new here. {gone} registrations had come back, and are gone.", as_json=json)


def _checked(address: str) -> str:
    """As registering would keep it."""
    try:
        return _ADDRESS.validate_python(address)
    except ValidationError:
        raise InvalidInput(f"{address} is not an e-mail address. Write it as in name@example.org.") from None


def _calendar(session: Session, slug: str | None) -> Calendar | None:
    return calendars.get(session, slug) if slug else None


def _read(file: Path) -> list[ErasureFact]:
    try:
        return _LIST.validate_json(file.read_bytes())
    except ValidationError:
        raise InvalidInput(f"{file} is no list of erasures. Write one with: plenary privacy erasures") from None


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text)  # As it is: the console would turn `:smile:` into a picture.
        return
    output.touch(mode=0o600)
    output.write_text(text + "\n", encoding="utf-8")
    err.print(f"Written to {output}.", markup=False)


def _summary(found: PersonExport) -> str:
    if found.is_empty:
        return "Nothing is kept of this address."
    mails = sum(len(one.messages) for one in found.registrations)
    more = f" and {len(found.invitations)} invitations" if found.invitations else ""
    titles = ", ".join(sorted({f"“{one.event.title}”" for one in found.registrations}))
    return f"{len(found.registrations)} registrations ({titles or 'none'}) with {mails} mails{more} are kept."


def _sentences(report: ErasureReport) -> str:
    if not report.removed:
        return "\n".join(["Nothing was there to erase.", *report.kept])
    counts = ", ".join(f"{count} in {table}" for table, count in report.removed.items())
    places = f"{report.places_given_back} places were given back."
    return "\n".join([f"Erased: {counts}. {places} Reference: {report.reference}", *report.kept])
