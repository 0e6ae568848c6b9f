"""`plenary rehearse EVENT`: every mail an event will still send, before anything is sent."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from services.cli.output import AsJson, answer, clear_errors, out
from shared import events
from shared.database import new_session
from shared.mail_rules import rehearsing
from shared.schemas.mail import Rehearsal, RehearsedMail


def rehearse(
    event: Annotated[str, typer.Argument(help="Slug or id. A draft is rehearsed as if it were published now.")],
    json: AsJson = False,
) -> None:
    """List every mail an event will still send: when, on the reader's own clock, to how many, with which subject."""
    with clear_errors(), new_session() as session:
        found = events.get(session, event)
        rehearsal, title = rehearsing.rehearse(session, found), found.title
    if json:
        answer(rehearsal.model_dump(mode="json"), "", as_json=True)
        return
    out.print(f"What “{title}” sends as things stand:", markup=False)
    out.print(_table(rehearsal) if rehearsal.mails else "Nothing.")
    out.print(_total(rehearsal), markup=False)


def _table(rehearsal: Rehearsal) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("When, where it is read", "Mail", "To", "In", "Subject"):
        table.add_column(heading, justify="right" if heading == "To" else "left", overflow="fold")
    for mail in rehearsal.mails:
        table.add_row(mail.at_local, _kind(mail), f"{mail.recipients:,}", mail.language, escape(mail.subject))
    return table


def _kind(mail: RehearsedMail) -> str:
    notes = [mail.attendance, "paused" if mail.is_paused else None]
    said = ", ".join(note for note in notes if note)
    return f"{mail.kind} ({said})" if said else mail.kind


def _total(rehearsal: Rehearsal) -> str:
    planned = [mail for mail in rehearsal.mails if mail.at is not None and not mail.is_paused]
    return f"{sum(mail.recipients for mail in planned):,} mails are planned. Nothing was sent."
