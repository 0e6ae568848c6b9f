"""Organisers and calendars from the command line."""

import secrets
import sys
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from services.cli.output import AsJson, answer, clear_errors
from shared import audit, calendars, organisers, password_links
from shared.database import new_session
from shared.errors import NotFound
from shared.models import Organiser, Role

app = typer.Typer(no_args_is_help=True, help="Who may sign in to the dashboard.")
calendars_app = typer.Typer(no_args_is_help=True, help="Public lists of events.")

PasswordStdin = Annotated[bool, typer.Option(help="Read the password from standard input; else one is generated.")]


def _password(from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if from_stdin else secrets.token_urlsafe(15)


@app.command("add")
def add(
    address: str,
    name: Annotated[str, typer.Option(help="As others see it.")],
    operator: Annotated[bool, typer.Option(help="May do everything on every calendar.")] = False,
    calendar: Annotated[str | None, typer.Option(help="Slug of a calendar to work on.")] = None,
    role: Annotated[Role, typer.Option()] = Role.EDITOR,
    password_stdin: PasswordStdin = False,
    json: AsJson = False,
) -> None:
    """Add an organiser. The generated password is shown once."""
    password = _password(password_stdin)
    with clear_errors(), new_session() as session:
        organiser = organisers.add(session, address=address, name=name, password=password, is_operator=operator)
        if calendar is not None:
            calendars.grant(session, organiser, calendars.get(session, calendar), role)
        audit.record(session, "organiser.added", by=None, organiser=str(organiser.id), operator=operator)
        session.commit()
    facts = {"address": address} | ({} if password_stdin else {"password": password})
    shown = "" if password_stdin else f" Password: {password}"
    answer(facts, f"{address} may sign in now.{shown}", as_json=json)


@app.command("set-password")
def set_password(address: str, password_stdin: PasswordStdin = False, json: AsJson = False) -> None:
    """Set a new password; sessions with the old one end."""
    password = _password(password_stdin)
    with clear_errors(), new_session() as session:
        organiser = _find(session, address)
        organisers.set_password(session, organiser, password)
        audit.record(session, "organiser.password_set", by=None, organiser=str(organiser.id))
        session.commit()
    facts = {"address": address} | ({} if password_stdin else {"password": password})
    shown = "" if password_stdin else f" New password: {password}"
    answer(facts, f"The password of {address} is set.{shown}", as_json=json)


@app.command("link")
def link(address: str, json: AsJson = False) -> None:
    """Show the link behind which an organiser chooses a password: to hand over where no mail arrives."""
    with clear_errors(), new_session() as session:
        organiser = _find(session, address)
        url = password_links.url(organiser)
        audit.record(session, "organiser.link_made", by=None, organiser=str(organiser.id))
        session.commit()
    days = password_links.VALID_FOR.days
    answer({"address": address, "url": url}, f"{url}\nIt works once, for {days} days.", as_json=json)


def _find(session: Session, address: str) -> Organiser:
    organiser = organisers.by_address(session, address)
    if organiser is None:
        raise NotFound(f"There is no organiser {address}. Add one with: plenary organiser add")
    return organiser


@calendars_app.command("add")
def add_calendar(
    title: str,
    organisation: Annotated[str | None, typer.Option(help="Who publishes it; the title if left out.")] = None,
    time_zone: Annotated[str, typer.Option(help="IANA zone of the place people mean, such as Europe/Madrid.")] = "UTC",
    language: Annotated[str, typer.Option()] = "en",
    json: AsJson = False,
) -> None:
    """Add a calendar."""
    with clear_errors(), new_session() as session:
        calendar = calendars.create(
            session, title=title, organisation=organisation, time_zone=time_zone, language=language
        )
        audit.record(session, "calendar.created", by=None, calendar_id=calendar.id)
        session.commit()
        facts = {"id": calendar.id, "slug": calendar.slug}
    answer(facts, f"Calendar “{title}” is at /calendars/{facts['slug']}.", as_json=json)
