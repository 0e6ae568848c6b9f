"""`plenary doctor`: what is wrong, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from redis import Redis, RedisError
from sqlalchemy.exc import SQLAlchemyError

from services.cli.output import AsJson, answer, out
from shared import clock
from shared.checkup import dns_records, line, mail_server, site, stores
from shared.checkup.findings import Finding, Level, ok, problem
from shared.database import new_session
from shared.settings import Settings, get_settings

_MARKS = {Level.OK: "✓", Level.WARNING: "!", Level.PROBLEM: "✗", Level.UNKNOWN: "?"}
_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red", Level.UNKNOWN: "dim"}
_PATIENCE_SECONDS = 3


def doctor(
    json: AsJson = False, no_dns: Annotated[bool, typer.Option("--no-dns", help="Do not ask name servers.")] = False
) -> None:
    """Look at everything that mail and pages need, and say what to do. Ends with 1 where something is wrong.

    Run it where a worker runs, because it talks to the mail server from there.
    """
    settings = get_settings()
    steps = [lambda: site.check(settings), _stores, lambda: redis(settings), _line]
    steps.append(lambda: mail_server.check(settings))
    if not no_dns:
        steps.append(lambda: dns_records.check(settings))
    found = [finding for step in steps for finding in _shown(step, quiet=json)]
    bad = sum(finding.is_bad for finding in found)
    if json:
        answer({"findings": [asdict(finding) for finding in found], "problems": bad}, "", as_json=True)
    else:
        out.print(f"\n{bad} problems." if bad else "\nNothing is wrong.", markup=False)
    raise typer.Exit(1 if bad else 0)


def _shown(step: Callable[[], Iterator[Finding]], *, quiet: bool) -> Iterator[Finding]:
    """Each as soon as it is known: some take seconds."""
    for finding in step():
        if not quiet:
            _print(finding)
        yield finding


def _print(finding: Finding) -> None:
    out.print(f"{_MARKS[finding.level]} {finding.says}", style=_COLOURS[finding.level], markup=False)
    for text in filter(None, (finding.remedy, *finding.records)):
        out.print(f"    {text}", markup=False)


def _stores() -> Iterator[Finding]:
    try:
        with new_session() as session:
            yield from stores.check(session)
    except SQLAlchemyError:
        yield problem(
            "database",
            "PostgreSQL does not answer: nothing works without it.",
            "Is it running (`docker compose ps postgres`), and is PLENARY_DATABASE_URL right?",
        )


def _line() -> Iterator[Finding]:
    try:
        with new_session() as session:
            yield from line.check(session)
    except SQLAlchemyError:
        return  # Said already.


def redis(settings: Settings) -> Iterator[Finding]:
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    server = Redis.from_url(settings.redis_url, password=password, socket_connect_timeout=_PATIENCE_SECONDS)
    try:
        seconds, microseconds = server.time()
    except RedisError as reason:
        yield problem(
            "redis",
            f"Redis does not answer ({type(reason).__name__}): registrations are taken, but no mail leaves.",
            "Is it running (`docker compose ps redis`), and are PLENARY_REDIS_URL and its password right?",
        )
        return
    finally:
        server.close()
    yield ok("redis", "Redis answers.")
    theirs = datetime.fromtimestamp(seconds + microseconds / 1e6, UTC)
    yield stores.clock_finding("clock of Redis", "Redis", theirs - clock.now())
