"""The database: whether it answers, whether it is where the code expects it, and whether its clock agrees with ours."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock
from shared.checkup.findings import Finding, ok, problem, warning
from shared.migrations import state

# Reminders are due to the minute; signed answers of calendars are compared to the second.
TOLERATED = timedelta(seconds=5)
_FAR_OFF = timedelta(minutes=2)


def check(session: Session) -> Iterator[Finding]:
    """Raises SQLAlchemyError where the database does not answer."""
    session.scalar(select(1))
    yield ok("database", "PostgreSQL answers.")
    if state.is_current(session):
        yield ok("migrations", "The database is as this release expects it.")
    else:
        yield problem(
            "migrations",
            "The database is not as this release expects it.",
            "Run `plenary migrate`, or start the service `migrations` once more.",
        )
    theirs = session.execute(select(func.clock_timestamp())).scalar_one()
    yield clock_finding("clock", "PostgreSQL", theirs - clock.now())


def clock_finding(name: str, whose: str, difference: timedelta) -> Finding:
    """`difference` is theirs minus ours."""
    seconds = abs(difference.total_seconds())
    if abs(difference) <= TOLERATED:
        return ok(name, f"The clock of {whose} and this machine's agree.")
    found = problem if abs(difference) > _FAR_OFF else warning
    return found(
        name,
        f"The clock of {whose} and this machine's differ by {seconds:.0f} seconds: mail leaves at the wrong time.",
        "Let both machines take their time from the network (NTP), for example with `timedatectl set-ntp true`.",
    )
