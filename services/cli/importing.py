"""`plenary import FILE`: an announcement's text becomes a draft event."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from services.cli.output import AsJson, answer, clear_errors
from shared import announcing, answers, audit, organisers
from shared.database import new_session
from shared.errors import NotFound
from shared.mail_rules import moments, wording
from shared.models import Organiser
from shared.schemas.events import ImportAnswer
from shared.schemas.remarks import Remark

_MEDIA_TYPES = {".html": "text/html", ".htm": "text/html", ".txt": "text/plain"}


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    organiser: Annotated[
        str | None, typer.Option(help="Address of the organiser it is for; else the operator.")
    ] = None,
    calendar: Annotated[str | None, typer.Option(help="Slug; else the calendar that the text names.")] = None,
    json: AsJson = False,
) -> None:
    """Turn an announcement (Markdown, plain text or HTML) into a draft, with remarks on what is doubtful."""
    with clear_errors(), new_session() as session:
        who = _organiser(session, organiser)
        event, remarks = announcing.import_announcement(
            session,
            who,
            file.read_bytes(),
            media_type=_MEDIA_TYPES.get(file.suffix.lower(), "text/markdown"),
            calendar_key=calendar,
        )
        audit.record(session, "event.imported", by=who, event=event)
        session.commit()
        event_answer = answers.event_answer(event, with_remarks=True)
        rules = [wording.in_words(rule) for rule in moments.in_order(event)]
    facts = ImportAnswer(event=event_answer, remarks=remarks).model_dump(mode="json")
    answer(facts, _sentences(event_answer.title, event_answer.slug, remarks, rules), as_json=json)


def _organiser(session: Session, address: str | None) -> Organiser:
    found = organisers.by_address(session, address) if address else organisers.first_operator(session)
    if found is None:
        raise NotFound("There is no such organiser. Add one with: plenary organiser add, or name one with --organiser.")
    return found


def _sentences(title: str, slug: str, remarks: list[Remark], rules: list[str]) -> str:
    lines = [f"Draft “{title}” ({slug})."]
    for remark in remarks:
        lines.append(f"- {remark.weight}: {remark.message}")
        lines += [f"    {reading.key}: {reading.label}" for reading in remark.readings]
    lines.append(f"Once it is published it sends by itself: {', '.join(rules)}. See: plenary rehearse {slug}")
    return "\n".join(lines)
