"""`plenary invite`: everybody in a file, whatever it looks like, is invited to an event."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.output import AsJson, answer, clear_errors, err
from shared import events, invitations
from shared.addresses import recognise_file
from shared.database import new_session
from shared.errors import InvalidInput
from shared.schemas.invitations import InvitationReport
from shared.sheets import LARGEST
from shared.translations import LANGUAGES


def invite(
    event: Annotated[str, typer.Argument(help="Slug or id of the event.")],
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, vCard or any text; - to read standard input.")],
    trial: Annotated[bool, typer.Option("--trial", help="Only say what would happen at this moment.")] = False,
    language: Annotated[str | None, typer.Option(help="What they are written to in; else the event's.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a text, where it is not recognised.")] = None,
    json: AsJson = False,
) -> None:
    """Invite everybody whose address stands in a file. Doing it again is harmless.

    Ends with 1 when nothing in the file is an address that mail can be sent to.
    """
    with clear_errors(), new_session() as session:
        if language is not None and language not in LANGUAGES:
            raise InvalidInput(f"Mails are written in {', '.join(LANGUAGES)}. Choose one of these for --language.")
        found = recognise_file(_read(file), encoding=encoding)
        report = invitations.invite(
            session, events.get(session, event), found, language=language, by=None, is_trial=trial
        )
        session.commit()
    for one in report.addresses:
        if one.reason is not None:
            err.print(f"Left out, {one.address}: {one.reason}", markup=False)
    answer(report.model_dump(mode="json"), _sentence(report), as_json=json)
    if not report.new + report.invited + report.registered + report.suppressed:
        raise typer.Exit(1)


def _read(file: Path) -> bytes:
    if str(file) == "-":
        return typer.get_binary_stream("stdin").read(LARGEST + 1)
    if not file.is_file():
        raise InvalidInput(f"There is no file {file}. Name one that holds addresses, or - for standard input.")
    with file.open("rb") as source:
        return source.read(LARGEST + 1)  # One more, so that it is noticed.


def _sentence(report: InvitationReport) -> str:
    would = "would be " if report.is_trial else ""
    until = f" The last mail leaves by {report.leaves_by:%Y-%m-%d %H:%M} UTC." if report.leaves_by else ""
    lines = [f"{report.new:,} people {would}invited.{until}"]
    counts = {
        "invited already": report.invited,
        "registered already": report.registered,
        "wants no such mail": report.suppressed,
        "twice in the file": report.repeated,
        "no address that mail can be sent to": report.unusable,
    }
    return "\n".join(lines + [f"Left out, {why}: {number:,}." for why, number in counts.items() if number])
