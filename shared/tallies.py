"""Counts kept in the transaction that changes what they count, so that reading them costs the same at any size."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.models import HOLDING, EventTally, MailTally, Message, Registration

NONE = ""
REGISTERED = "registered"
GAINED = "gained"
LOST = "lost"
HOUR = "%Y-%m-%dT%H"
_NOTED = "mail_tally_changes"

MailCell = tuple[UUID, str, str]


class Cell(NamedTuple):
    dimension: str
    value: str
    status: str


def hour_of(instant: datetime) -> str:
    return instant.strftime(HOUR)


def cells(registration: Registration) -> list[Cell]:
    """What one registration counts in, at the status it has now."""
    values = {
        "audience": registration.audience,
        "country": registration.country,
        "city": registration.city,
        "time_zone": registration.time_zone,
    }
    return [Cell(dimension, value or NONE, registration.status) for dimension, value in values.items()]


def moved(before: Iterable[Cell], after: Iterable[Cell]) -> Counter[Cell]:
    changes = Counter(after)
    changes.subtract(before)
    return changes


def born(registration: Registration, now: datetime) -> Counter[Cell]:
    """What a new registration adds."""
    changes = Counter(cells(registration))
    changes[Cell(REGISTERED, hour_of(now), NONE)] += 1
    changes.update(activity(None, registration.status, now))
    return changes


def activity(before: str | None, after: str, now: datetime) -> Counter[Cell]:
    """One step of the curve, in the hour it happens: a registration begins or ceases to hold a place."""
    step = (after in HOLDING) - (before in HOLDING)
    if not step:
        return Counter()
    return Counter({Cell(GAINED if step > 0 else LOST, hour_of(now), NONE): 1})


def add(session: Session, event_id: UUID, changes: Counter[Cell]) -> None:
    """Apply signed counts. In sorted order, so that two transactions never wait for each other crosswise."""
    rows = [
        {"event_id": event_id, "dimension": cell.dimension, "value": cell.value, "status": cell.status, "count": count}
        for cell, count in sorted(changes.items())
        if count
    ]
    if not rows:
        return
    statement = insert(EventTally).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["event_id", "dimension", "value", "status"],
            set_={"count": EventTally.count + statement.excluded["count"]},
        )
    )


def add_mail(session: Session, changes: Counter[MailCell]) -> None:
    """Note signed counts of messages by (event, kind, status). They are written once, as the last act of the commit:

    every worker wants these rows, so they are locked late, together and in sorted order.
    """
    session.info.setdefault(_NOTED, Counter()).update(changes)


@event.listens_for(Session, "before_commit")
def _write_mail(session: Session) -> None:
    noted: Counter[MailCell] = session.info.pop(_NOTED, Counter())
    rows = [
        {"event_id": event_id, "kind": kind, "status": status, "count": count}
        for (event_id, kind, status), count in sorted(noted.items())
        if count
    ]
    if rows:
        statement = insert(MailTally).values(rows)
        total = MailTally.count + statement.excluded["count"]
        keys = ["event_id", "kind", "status"]
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"count": total}))


@event.listens_for(Session, "after_rollback")
def _forget_mail(session: Session) -> None:
    session.info.pop(_NOTED, None)


def mail_moves(messages: Iterable[Message], *, to: str) -> Counter[MailCell]:
    """The counts that follow when these messages leave the status they have for another."""
    changes: Counter[MailCell] = Counter()
    for message in messages:
        changes[(message.event_id, message.kind, message.status)] -= 1
        changes[(message.event_id, message.kind, to)] += 1
    return changes
