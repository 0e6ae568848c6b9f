"""What has to be there before the services start: secrets, tables, and on the first run a sample and an organiser."""

import secrets
import subprocess
import sys
from collections.abc import Mapping

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from services.local import places
from services.local.errors import LocalError, ProgramFailed
from services.local.postgres import Cluster
from services.local.privileges import tied
from services.local.sign_in import SignIn
from services.local.terminal import say
from shared import organisers

_LOG = places.LOGS / "preparation.log"
_SAMPLE_CALENDAR = "international-calendar"


def kept_secret(name: str) -> str:
    """Made once; the settings of every service find it under this name."""
    file = places.SECRETS / name
    if not file.exists():
        places.write_private(file, secrets.token_urlsafe(32))
    return file.read_text()


def new_secret(name: str) -> str:
    """Made anew at each start."""
    (places.SECRETS / name).unlink(missing_ok=True)
    return kept_secret(name)


def database_password() -> str:
    name = "plenary_database_password"
    if places.POSTGRES.exists() and not (places.SECRETS / name).exists():
        raise LocalError(
            f"The database in var/postgres cannot be opened: its password, var/secrets/{name}, is missing. "
            "Put it back, or remove var/postgres to begin with an empty database."
        )
    return kept_secret(name)


def prepare_database(
    cluster: Cluster, sign_in: SignIn, environment: Mapping[str, str], *, is_new_password: bool
) -> None:
    say("Bringing the tables up to date, and the sample …")
    cluster.ensure_database()
    _plenary("migrate", environment=environment)
    _plenary("sample", "--people", environment=environment)
    if not _has_organiser(cluster, sign_in.address):
        _add_organiser(sign_in, environment)
    elif is_new_password:
        _organiser("set-password", sign_in, environment)


def _has_organiser(cluster: Cluster, address: str) -> bool:
    engine = create_engine(cluster.url)
    try:
        with Session(engine) as session:
            return organisers.by_address(session, address) is not None
    finally:
        engine.dispose()


def _add_organiser(sign_in: SignIn, environment: Mapping[str, str]) -> None:
    role = ["--calendar", _SAMPLE_CALENDAR, "--role", "owner"]
    _organiser("add", sign_in, environment, "--name", "Sample Organiser", "--operator", *role)


def _organiser(verb: str, sign_in: SignIn, environment: Mapping[str, str], *options: str) -> None:
    arguments = ["organiser", verb, sign_in.address, *options, "--password-stdin"]
    _plenary(*arguments, environment=environment, typed=sign_in.password)


def _plenary(*arguments: str, environment: Mapping[str, str], typed: str = "") -> None:
    command = [sys.executable, "-m", "services.cli.main", *arguments]
    with _LOG.open("ab") as log:
        finished = subprocess.run(
            tied(command, signal_name="SIGTERM"),
            input=typed.encode(),
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=places.ROOT,
            env=dict(environment),
            start_new_session=True,
        )
    if finished.returncode != 0:
        raise ProgramFailed(f"`plenary {arguments[0]}` failed. Its log is {places.shown(_LOG)}:", _LOG)
