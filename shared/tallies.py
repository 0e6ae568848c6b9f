"""Counts kept in the transaction that changes what they count, so that reading them costs the same at any size."""

import os
import re
import socket
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID, uuid4
from zlib import crc32

from sqlalchemy import Executable, event
from sqlalchemy.orm import Session

from shared import bulk, questions
from shared.models import HOLDING, EventTally, MailTally, Message, MessageKind, Question

NONE = ""
CITY = "city"
SOURCE = "source"
REGISTERED = "registered"
GAINED = "gained"
LOST = "lost"
SUSPECT = "suspect"
REFUSED = "refused"
JOINED = "joined"
JOINED_FROM = "joined_from"
# Before what stands for a city, or a source, that is counted on although its name was erased.
UNNAMED = "~"
HOUR = "%Y-%m-%dT%H"
MINUTE = "%Y-%m-%dT%H:%M"
# Nobody lives in a place of this name; who says so has named nothing.
_UNNAMED = re.compile(f"{UNNAMED}[0-9a-f]{{12}}")
_NOTED = "mail_tally_changes"
_SHARDS = 16
# Of these, organisers see how each single sending goes.
SENT_BY_RULES = {MessageKind.REMINDER, MessageKind.FOLLOW_UP, MessageKind.NOTICE, MessageKind.NUDGE}


class Cell(NamedTuple):
    dimension: str
    value: str
    status: str


class MailCell(NamedTuple):
    """`occasion` as in MailTally: see `mail_cell`."""

    event_id: UUID | None
    kind: str
    occasion: str
    status: str


def hour_of(instant: datetime) -> str:
    return instant.strftime(HOUR)


def instant(hour: str) -> datetime:
    """When it begins."""
    return datetime.fromisoformat(hour).replace(tzinfo=UTC)


class Counted(Protocol):
    """What of a registration is counted."""

    @property
    def status(self) -> str: ...
    @property
    def audience(self) -> str | None: ...
    @property
    def country(self) -> str | None: ...
    @property
    def city(self) -> str | None: ...
    @property
    def time_zone(self) -> str | None: ...
    @property
    def came_from(self) -> str | None: ...
    @property
    def answers(self) -> Mapping[str, Any]: ...


def city_value(country: str | None, city: str | None) -> str:
    """A city with its country, as it was typed: `PT/Porto`; `PT/` where only the country is known."""
    return f"{country or ''}/{city or ''}" if country or city else NONE


def country_and_city(value: str) -> tuple[str, str]:
    country, _, city = value.partition("/")
    return country, city


def names_something(dimension: str, value: str) -> bool:
    """Whether it holds what somebody brought along: not only a country, and not what stands for an erased name."""
    own = country_and_city(value)[1] if dimension == CITY else value
    return bool(own) and not _UNNAMED.fullmatch(own)


def without_name(dimension: str, value: str) -> str:
    """What to count it as from now on, apart from all others; a city stays in its country."""
    unnamed = f"{UNNAMED}{uuid4().hex[:12]}"
    return city_value(country_and_city(value)[0], unnamed) if dimension == CITY else unnamed


def cells(registration: Counted, asked: Sequence[Question]) -> list[Cell]:
    """What one registration counts in, at the status it has now. `asked`: see `questions.behind`."""
    status = registration.status
    usual = [
        Cell("audience", registration.audience or NONE, status),
        Cell("country", registration.country or NONE, status),
        Cell(CITY, city_value(registration.country, registration.city), status),
        Cell("time_zone", registration.time_zone or NONE, status),
        Cell(SOURCE, registration.came_from or NONE, status),
    ]
    return usual + _answer_cells(registration, asked) if registration.answers else usual


def _answer_cells(registration: Counted, asked: Sequence[Question]) -> list[Cell]:
    """A question keeps its kind once it was answered, so that what was counted in a cell leaves the same cell later."""
    counted = questions.counted(asked, registration.answers)
    return [Cell(dimension, value, registration.status) for dimension, value in counted]


def moved(before: Iterable[Cell], after: Iterable[Cell]) -> Counter[Cell]:
    changes = Counter(after)
    changes.subtract(before)
    return changes


def born(registrations: Sequence[Counted], at: datetime, asked: Sequence[Question]) -> Counter[Cell]:
    """What registrations add that were all made at this moment."""
    changes = Counter(cell for registration in registrations for cell in cells(registration, asked))
    holding = sum(registration.status in HOLDING for registration in registrations)
    changes[Cell(REGISTERED, hour_of(at), NONE)] += len(registrations)
    changes[Cell(GAINED, hour_of(at), NONE)] += holding
    return changes


def activity(before: str | None, after: str, now: datetime) -> Counter[Cell]:
    """One step of the curve, in the hour it happens: a registration begins or ceases to hold a place."""
    step = (after in HOLDING) - (before in HOLDING)
    if not step:
        return Counter()
    return Counter({Cell(GAINED if step > 0 else LOST, hour_of(now), NONE): 1})


def joined(at: datetime, audience: str | None, came_from: str | None) -> Counter[Cell]:
    """Who came through their join link: by the minute (UTC) and, in place of the status, by audience; and by source."""
    return Counter([Cell(JOINED, at.strftime(MINUTE), audience or NONE), Cell(JOINED_FROM, came_from or NONE, NONE)])


def add(session: Session, event_id: UUID, changes: Counter[Cell]) -> None:
    """Apply signed counts. In sorted order, so that two transactions never wait for each other crosswise."""
    rows = [
        {"event_id": event_id, "dimension": cell.dimension, "value": cell.value, "status": cell.status, "count": count}
        for cell, count in sorted(changes.items())
        if count
    ]
    bulk.run(session, _adding(EventTally), rows)


@cache
def _adding(tally: type[EventTally | MailTally]) -> Executable:
    """Rows that are there already grow by the count of the new ones."""
    statement = bulk.insert_rows(tally, *tally.__table__.columns.keys())
    total = tally.count + statement.excluded["count"]
    return statement.on_conflict_do_update(index_elements=tally.__table__.primary_key, set_={"count": total})


@cache
def shard() -> int:
    """The rows of `mail_tally` that this process adds to: others have their own, and need not wait for it.

    In containers every process has the same number, and each container another name.
    """
    return (crc32(socket.gethostname().encode()) + os.getpid()) % _SHARDS


def mail_cell(event_id: UUID | None, kind: str, occasion: str, status: str) -> MailCell:
    """Where a message counts: what rules send is told one from the other, of the other kinds only their number is
    shown. `event_id` is None for what concerns no event, and is counted nowhere."""
    return MailCell(event_id, kind, occasion if kind in SENT_BY_RULES else NONE, status)


def add_mail(session: Session, changes: Counter[MailCell]) -> None:
    """Note signed counts of messages by what they are. They are written once, as the last act of the commit:

    every worker wants these rows, so they are locked late, together and in sorted order.
    """
    session.info.setdefault(_NOTED, Counter()).update(changes)


@event.listens_for(Session, "before_commit")
def _write_mail(session: Session) -> None:
    noted: Counter[MailCell] = session.info.pop(_NOTED, Counter())
    of_events = sorted((cell, count) for cell, count in noted.items() if count and cell.event_id is not None)
    rows = [cell._asdict() | {"shard": shard(), "count": count} for cell, count in of_events]
    bulk.run(session, _adding(MailTally), rows)


@event.listens_for(Session, "after_rollback")
def _forget_mail(session: Session) -> None:
    session.info.pop(_NOTED, None)


def mail_moves(messages: Iterable[Message], *, to: str) -> Counter[MailCell]:
    """The counts that follow when these messages leave the status they have for another."""
    changes: Counter[MailCell] = Counter()
    for message in messages:
        cell = mail_cell(message.event_id, message.kind, message.occasion, message.status)
        changes[cell] -= 1
        changes[cell._replace(status=to)] += 1
    return changes


def mail_shifts(cells: Mapping[MailCell, int], *, to: str) -> Counter[MailCell]:
    """The counts that follow when so many messages leave each of these cells for another status."""
    changes: Counter[MailCell] = Counter()
    for cell, number in cells.items():
        changes[cell] -= number
        changes[cell._replace(status=to)] += number
    return changes
