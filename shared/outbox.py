"""The outbox: messages written in the transaction that causes them, and their way to sent.

pending ─ claim ─► sending ─► sent ─► bounced    it came back later
   ▲                  ├─► failed       the server refused for good, or it is too late
   └── retry later ◄──┘
withdrawn: the reason went away first.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    Boolean,
    ColumnElement,
    Executable,
    Row,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, joinedload, selectinload
from uuid_utils.compat import uuid7

from shared import bulk, clock, marking, reachability, tallies
from shared.models import Event, Invitation, Message, MessageKind, MessageStatus, Registration, Speaker

# The smaller, the sooner: what is needed within the hour, then what answers someone, then the rest.
URGENT, CHANGED, USUAL, BULK = 0, 10, 15, 30
PRIORITIES = {
    MessageKind.REMINDER: 20,
    MessageKind.CHANGE: CHANGED,
    MessageKind.CANCELLATION: CHANGED,
    MessageKind.INVITATION: 30,
    MessageKind.NUDGE: 30,
    MessageKind.FOLLOW_UP: 30,
    MessageKind.NOTICE: 20,
    MessageKind.CANARY: 5,
    MessageKind.QUEUE_WARNING: 0,
}
# More than taking part requires: who unsubscribed does not get it, and every such mail offers to unsubscribe.
OPTIONAL_KINDS = {
    MessageKind.REMINDER,
    MessageKind.INVITATION,
    MessageKind.NUDGE,
    MessageKind.FOLLOW_UP,
    MessageKind.NOTICE,
}
GIVE_UP_AFTER = timedelta(hours=24)
HOUR = timedelta(hours=1)
# How a conversation ends that never began.
_NOT_BEGUN = ("ConnectionRefusedError", "gaierror")
_ROW = (
    "id", "event_id", "registration_id", "invitation_id", "speaker_id", "address", "rule_id", "kind", "occasion",
    "sequence", "facts", "priority", "status", "created_at", "due_at", "expires_at", "attempts",
)  # fmt: skip
_OF_MOVED = (Message.id, Message.priority, Message.due_at, Message.event_id, Message.kind, Message.occasion)


class Priorities(NamedTuple):
    """From the first to the last, both included."""

    first: int
    last: int


ALL = Priorities(0, 100)


def is_optional(message: Message) -> bool:
    return message.kind in OPTIONAL_KINDS


@dataclass(frozen=True)
class NewMessage:
    """A message to be, to exactly one recipient. `occasion` (letters, digits, `-`) tells it from others of its kind to
    the same one. `is_bulk`: many go at once and nobody waits for them, so it comes after what answers someone."""

    event_id: UUID | None
    registration_id: UUID | None
    kind: MessageKind
    occasion: str
    sequence: int = 0
    expires_at: datetime | None = None
    urgent: bool = False
    is_bulk: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    invitation_id: UUID | None = None
    speaker_id: UUID | None = None
    address: str | None = None
    rule_id: UUID | None = None

    def row(self, now: datetime) -> dict[str, Any]:
        return {
            "id": uuid7(),
            "event_id": self.event_id,
            "registration_id": self.registration_id,
            "invitation_id": self.invitation_id,
            "speaker_id": self.speaker_id,
            "address": self.address,
            "rule_id": self.rule_id,
            "kind": self.kind,
            "occasion": self.occasion,
            "sequence": self.sequence,
            "facts": self.facts,
            "priority": self._priority(),
            "status": MessageStatus.PENDING,
            "created_at": now,
            "due_at": self.due_at or now,
            "expires_at": self.expires_at,
            "attempts": 0,
        }

    def _priority(self) -> int:
        if self.urgent:
            return URGENT
        return BULK if self.is_bulk else PRIORITIES.get(self.kind, USUAL)


def post(session: Session, messages: Sequence[NewMessage]) -> int:
    """Write messages into the outbox; a copy of one already there is left out. Returns how many are new."""
    now, written = clock.now(), Counter[tallies.MailCell]()
    for event_id, kind, occasion, count in bulk.run(session, _posting(), [message.row(now) for message in messages]):
        written[tallies.mail_cell(event_id, kind, occasion, MessageStatus.PENDING)] += count
    tallies.add_mail(session, written)
    return written.total()


@cache
def _posting() -> Executable:
    statement = bulk.insert_rows(Message, *_ROW).on_conflict_do_nothing()
    written = statement.returning(Message.event_id, Message.kind, Message.occasion).cte("written")
    alike = (written.c.event_id, written.c.kind, written.c.occasion)
    return select(*alike, func.count()).group_by(*alike)


def withdraw(session: Session, *where: ColumnElement[bool]) -> list[Message]:
    """Take back what has not left yet. A message that is on the wire in this instant may still arrive."""
    waiting = Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING])
    _hold_recipients(session, waiting, *where)
    messages = session.scalars(select(Message).where(waiting, *where).with_for_update(of=Message)).all()
    _move(session, messages, MessageStatus.WITHDRAWN, lease_until=None)
    return list(messages)


def _hold_recipients(session: Session, *where: ColumnElement[bool]) -> None:
    """People before their mail, as everywhere: a worker that notes what it sent locks the two in this order."""
    for model, key in ((Registration, Message.registration_id), (Speaker, Message.speaker_id)):
        of_these = model.id.in_(select(key).where(*where))
        session.execute(select(model.id).where(of_these).order_by(model.id).with_for_update(key_share=True))


# Not done yet. Said in the statement itself, where PostgreSQL sees that the indexes of the outbox have all of these.
WAITING: ColumnElement[bool] = literal_column("message.status IN ('pending', 'sending')", Boolean)


def bring_back(session: Session, *where: ColumnElement[bool]) -> int:
    """Send after all what was withdrawn. Returns how many."""
    now = clock.now()
    withdrawn = update(Message).where(Message.status == MessageStatus.WITHDRAWN, *where)
    back = withdrawn.values(status=MessageStatus.PENDING, due_at=now, lease_until=None)
    rows = session.execute(back.returning(Message.event_id, Message.kind, Message.occasion)).all()
    cells = Counter(tallies.mail_cell(*row, MessageStatus.WITHDRAWN) for row in rows)
    tallies.add_mail(session, tallies.mail_shifts(cells, to=MessageStatus.PENDING))
    return len(rows)


def may_have_left(message: Message) -> bool:
    """It is in a worker's hands, or its last conversation broke off: for all we know the server has it."""
    if message.status in {MessageStatus.SENDING, MessageStatus.SENT}:
        return True
    last = message.reply or ""
    was_answered, was_not_begun = last[:1].isdigit(), last.startswith(_NOT_BEGUN)
    return message.attempts > 0 and not was_answered and not was_not_begun


def _outstanding(now: datetime) -> ColumnElement[bool]:
    """Due, and neither in a job nor in a worker's hands."""
    return and_(WAITING, Message.due_at <= now, _is_free(now))


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(Message.lease_until.is_(None), Message.lease_until <= now)


def has_outstanding(session: Session) -> bool:
    """Whether there is anything to lease: a look into the index, which costs next to nothing."""
    first = select(Message.id).where(_outstanding(clock.now())).order_by(Message.priority, Message.due_at).limit(1)
    return session.scalar(first) is not None


def lease_outstanding(session: Session, *, limit: int, until: datetime, priorities: Priorities = ALL) -> list[UUID]:
    """Reserve due messages for jobs, the most urgent first. Several dispatchers side by side get different ones."""
    due = (
        select(Message.id, Message.status)
        .where(_outstanding(clock.now()), Message.priority >= priorities.first, Message.priority <= priorities.last)
        .order_by(Message.priority, Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
        .cte("taken")
    )
    moved = _move_rows(session, due, MessageStatus.PENDING, lease_until=until)
    return [row.id for row in sorted(moved, key=lambda row: (row.priority, row.due_at, row.id))]


def release_leases(session: Session) -> int:
    """Give back what was reserved for jobs that no longer exist (Redis was emptied). Returns how many."""
    reserved = and_(Message.status == MessageStatus.PENDING, Message.lease_until > clock.now())
    result = session.execute(update(Message).where(reserved).values(lease_until=None).returning(Message.id))
    return len(result.all())


def claim(session: Session, ids: Sequence[UUID], *, until: datetime) -> list[Message]:
    """Take messages into a worker's hands. What another worker holds, or what is done, is left out."""
    now = clock.now()
    free = or_(
        Message.status == MessageStatus.PENDING,
        and_(Message.status == MessageStatus.SENDING, Message.lease_until <= now),
    )
    held = (
        select(Message.id, Message.status)
        .where(_among(ids), Message.due_at <= now, free)
        .with_for_update(skip_locked=True, key_share=True)
        .cte("taken")
    )
    claimed = [row.id for row in _move_rows(session, held, MessageStatus.SENDING, lease_until=until)]
    # Most go to somebody who registered: those come along in the same rows.
    together = [selectinload(one) for one in (Message.event, Message.invitation, Message.speaker)]
    query = select(Message).options(joinedload(Message.registration), *together).where(_among(claimed))
    ordered = query.order_by(Message.priority, Message.due_at, Message.id)
    return list(session.scalars(ordered.execution_options(populate_existing=True)))


def _among(ids: Sequence[UUID]) -> ColumnElement[bool]:
    """The same statement for any number of them."""
    return Message.id == any_(bindparam(None, list(ids), type_=ARRAY(Uuid)))


def mark_sent(session: Session, message: Message, *, reply: str) -> None:
    """The mail server took it: from here on it is its mail, whatever the row said a moment before.

    With it goes what the reader's calendar holds (`shared.marking`).
    """
    session.flush()
    values = {**marking.sent(message, reply), **marking.NOTHING_NEXT}
    session.connection().exec_driver_sql(marking.STATEMENT, values)
    for changed in filter(None, (message, message.registration, message.speaker)):
        session.expire(changed)


def mark_failed(session: Session, message: Message, *, reply: str, is_refused: bool = False) -> None:
    """`is_refused`: by the server and for good, so that this reader cannot be reached."""
    if is_refused:
        _hold_recipient(session, message)
    if _end_attempt(session, message, MessageStatus.FAILED, reply=reply) and is_refused:
        reachability.mark_lost(session, message, clock.now())


def mark_suppressed(session: Session, message: Message) -> None:
    _end_attempt(session, message, MessageStatus.SUPPRESSED, reply=None)


def mark_bounced(session: Session, message: Message, *, words: str, at: datetime) -> None:
    """It came back, for good. The first time counts; what was refused or withdrawn meanwhile keeps its status."""
    if not _hold(session, message) or message.bounced_at is not None:
        return
    message.bounced_at, message.bounce = at, words
    # Where the worker died between the server's answer and its own mark, it would be sent again for nothing.
    if message.status in {MessageStatus.SENT, MessageStatus.SENDING, MessageStatus.PENDING}:
        _move(session, [message], MessageStatus.BOUNCED, lease_until=None)


def retry_later(session: Session, message: Message, *, wait: timedelta, reply: str) -> None:
    """Back to pending; or failed where it would come too late to be of use."""
    due_at = clock.now() + wait
    latest = message.expires_at or message.created_at + GIVE_UP_AFTER
    if due_at >= latest:
        _end_attempt(session, message, MessageStatus.FAILED, reply=reply)
    else:
        _end_attempt(session, message, MessageStatus.PENDING, reply=reply, due_at=due_at)


def give_back(session: Session, messages: Sequence[Message]) -> None:
    """Not tried, not counted: another job may take them at once. What another worker holds by now is left to it."""
    leases = {message.lease_until for message in messages}
    is_ours = and_(Message.status == MessageStatus.SENDING, Message.lease_until.in_(leases))
    held = (
        select(Message.id, Message.status)
        .where(_among([message.id for message in messages]), is_ours)
        .order_by(Message.id)
        .with_for_update(key_share=True)
        .cte("taken")
    )
    _move_rows(session, held, MessageStatus.PENDING, lease_until=None)


def hurry(session: Session) -> int:
    """What waits, of events that begin within the hour, goes before everything else. Returns how many moved up."""
    now = clock.now()
    soon = select(Event.id).where(Event.starts_at > now, Event.starts_at <= now + HOUR)
    waits = and_(WAITING, Message.status == MessageStatus.PENDING, _is_free(now), Message.priority > URGENT)
    late = update(Message).where(Message.event_id.in_(soon), waits).values(priority=URGENT).returning(Message.id)
    return len(session.execute(late.execution_options(synchronize_session=False)).all())


def _hold(session: Session, message: Message) -> bool:
    """Read it again, and keep others off it. False where it is gone: the person was erased while it was on the wire."""
    lock = {"of": Message}
    return session.get(Message, message.id, populate_existing=True, with_for_update=lock) is not None


def _hold_recipient(session: Session, message: Message) -> None:
    """People before their mail, as everywhere."""
    for model, key in ((Registration, message.registration_id), (Invitation, message.invitation_id)):
        if key is not None:
            session.execute(select(model.id).where(model.id == key).with_for_update(key_share=True))


def _end_attempt(
    session: Session, message: Message, status: MessageStatus, *, reply: str | None, **values: Any
) -> bool:
    if not _hold(session, message) or message.status != MessageStatus.SENDING:
        return False
    _move(session, [message], status, lease_until=None, reply=reply, attempts=message.attempts + 1, **values)
    return True


def _move_rows(session: Session, taken: CTE, to: MessageStatus, *, lease_until: datetime | None) -> Sequence[Row[Any]]:
    """Many at once, without reading them: those of `taken`, which has `id` and `status` and holds their rows."""
    changed = (
        update(Message)
        .where(Message.id == taken.c.id)
        .values(status=to, lease_until=lease_until)
        .returning(*_OF_MOVED, taken.c.status.label("before"))
        .execution_options(synchronize_session=False)
    )
    session.flush()
    rows = session.execute(changed).all()
    moves = Counter[tallies.MailCell]()
    for row in rows:
        if row.before != to:
            cell = tallies.mail_cell(row.event_id, row.kind, row.occasion, to)
            moves[cell] += 1
            moves[cell._replace(status=row.before)] -= 1
    tallies.add_mail(session, moves)
    return rows


def _move(session: Session, messages: Sequence[Message], to: MessageStatus, **values: Any) -> None:
    """The only way a message's status changes: the row and the tally together."""
    changes = tallies.mail_moves(messages, to=to)
    for message in messages:
        message.status = to
        for name, value in values.items():
            setattr(message, name, value)
    session.flush()
    tallies.add_mail(session, changes)
