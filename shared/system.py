"""The state of the whole installation: what its processes, its queue, its database and its backups say."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, select, text
from sqlalchemy.orm import Session

from shared import clock, heartbeats
from shared.checkup import line
from shared.checkup.findings import Finding, ok, problem, warning
from shared.migrations.state import is_current
from shared.models import Calendar, Event, Heartbeat, Invitation, Message, Registration, SystemMark
from shared.models.declarative import Model
from shared.schemas.system import EXACT_ROWS, ProcessFacts, SystemFinding

BACKUP = "backup"
# A nightly backup may take its time; two nights without one are too many.
_BACKUP_IS_OLD = timedelta(hours=36)
_NEWS = timedelta(minutes=15)
_COUNTED: tuple[type[Model], ...] = (Calendar, Event, Registration, Message, Invitation)


def findings(session: Session) -> list[SystemFinding]:
    """Of those that cost little enough to be asked for every few seconds; `plenary doctor` looks further."""
    found = [_migrations(session), *line.check(session), _backup(session)]
    return [as_answer(one) for one in found]


def as_answer(found: Finding) -> SystemFinding:
    return SystemFinding(check=found.check, level=found.level.value, says=found.says, remedy=found.remedy)


def _migrations(session: Session) -> Finding:
    if is_current(session):
        return ok("migrations", "The database is of this release.")
    return problem("migrations", "The database is of another release.", "Run `plenary migrate`, then look again.")


def _backup(session: Session) -> Finding:
    noted = session.get(SystemMark, BACKUP)
    remedy = "Back up, and end the script with “plenary backup-noted”: docs/operations.md tells how."
    if noted is None:
        return warning("backup", "No backup has been noted yet.", remedy)
    age = clock.now() - noted.at
    says = f"The last backup was noted on {noted.at:%d %B %Y, %H:%M} UTC."
    return ok("backup", says) if age < _BACKUP_IS_OLD else warning("backup", says, remedy)


def note_backup(session: Session, **facts: Any) -> SystemMark:
    mark = session.merge(SystemMark(name=BACKUP, at=clock.now(), facts=facts))
    session.flush()
    return mark


def processes(session: Session) -> Iterator[ProcessFacts]:
    """Those that run or fell silent a moment ago, the latest first: who stopped earlier is no news."""
    recent = select(Heartbeat).where(Heartbeat.seen_at > clock.now() - _NEWS)
    for one in session.scalars(recent.order_by(Heartbeat.seen_at.desc())):
        yield ProcessFacts(
            process=one.process,
            kind=one.kind,
            seen_at=one.seen_at,
            is_alive=heartbeats.is_alive(one.seen_at),
            mails_per_minute=one.mails_per_minute,
        )


def rows(session: Session) -> dict[str, int]:
    """Counted up to EXACT_ROWS; beyond, as PostgreSQL estimates: counting a million takes longer than anybody looks."""
    return {model.__tablename__: _rows_of(session, model) for model in _COUNTED}


def _rows_of(session: Session, model: type[Model]) -> int:
    some = select(literal(1)).select_from(model).limit(EXACT_ROWS + 1).subquery()
    counted = session.scalars(select(func.count()).select_from(some)).one()
    if counted <= EXACT_ROWS:
        return counted
    estimated = session.scalars(
        select(text("reltuples::bigint")).select_from(text("pg_class")).where(text("oid = to_regclass(:name)")),
        {"name": model.__tablename__},
    ).one()
    return max(counted, int(estimated))


def database_bytes(session: Session) -> int:
    return int(session.scalar(select(func.pg_database_size(func.current_database()))) or 0)


def database_version(session: Session) -> str:
    return str(session.scalar(text("SHOW server_version")))


def backup_at(session: Session) -> datetime | None:
    noted = session.get(SystemMark, BACKUP)
    return noted.at if noted else None
