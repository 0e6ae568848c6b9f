"""`plenary`: one program, one sub-command for each thing an operator does."""

import typer

from services.cli import doctor, importing, invitations, organisers, privacy, registrations, rehearsing, sample
from services.cli.output import answer, clear_errors
from shared import system
from shared.database import new_session
from shared.migrations import state

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
app.command("import")(importing.import_file)
app.command("invite")(invitations.invite)
app.command("sample")(sample.load)
app.command("rehearse")(rehearsing.rehearse)
app.command("doctor")(doctor.doctor)
app.add_typer(organisers.app, name="organiser")
app.add_typer(organisers.calendars_app, name="calendar")
app.add_typer(registrations.app, name="registrations")
app.add_typer(privacy.app, name="privacy")


@app.command("backup-noted")
def note_backup() -> None:
    """Note that a backup was made: the last line of a backup script. The System page shows when that was."""
    with clear_errors(), new_session() as session:
        at = system.note_backup(session).at
        session.commit()
    answer({"at": at}, f"Noted: a backup was made at {at:%d %B %Y, %H:%M} UTC.", as_json=False)


@app.command()
def migrate() -> None:
    """Bring the database to the newest state. Safe to run at any time, and more than once."""
    state.upgrade()


if __name__ == "__main__":
    app()
