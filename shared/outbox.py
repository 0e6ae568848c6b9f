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
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, and_, func, or_, select, update
from sqlalchemy.orm import Session, selectinload
from uuid_utils.compat import uuid7

from shared import bulk, clock, tallies
from shared.models import Message, MessageKind, MessageStatus

# The smaller, the sooner: what is needed within the hour, then what answers someone, then the rest.
PRIORITIES = {
    MessageKind.REMINDER: 20,
    MessageKind.CHANGE: 10,
    MessageKind.CANCELLATION: 10,
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
URGENT = 0
USUAL = 15
BULK = 30
GIVE_UP_AFTER = timedelta(hours=24)
_ROW = (
    "id", "event_id", "registration_id", "invitation_id", "speaker_id", "address", "rule_id", "kind", "occasion",
    "sequence", "facts", "priority", "status", "created_at", "due_at", "expires_at", "attempts",
)  # fmt: skip


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
    messages = session.scalars(select(Message).where(waiting, *where).with_for_update(of=Message)).all()
    _move(session, messages, MessageStatus.WITHDRAWN, lease_until=None)
    return list(messages)


def _outstanding(now: datetime) -> ColumnElement[bool]:
    """Due, and neither in a job nor in a worker's hands."""
    return and_(
        Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING]),
        Message.due_at <= now,
        or_(Message.lease_until.is_(None), Message.lease_until <= now),
    )


def lease_outstanding(session: Session, *, limit: int, until: datetime) -> list[UUID]:
    """Reserve due messages for jobs, the most urgent first. Several dispatchers side by side get different ones."""
    query = select(Message).where(_outstanding(clock.now())).order_by(Message.priority, Message.due_at, Message.id)
    messages = session.scalars(query.limit(limit).with_for_update(skip_locked=True, of=Message)).all()
    abandoned = [message for message in messages if message.status == MessageStatus.SENDING]
    _move(session, abandoned, MessageStatus.PENDING)
    ids = [message.id for message in messages]
    session.execute(update(Message).where(Message.id.in_(ids)).values(lease_until=until))
    return ids


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
    query = select(Message).where(Message.id.in_(ids), Message.due_at <= now, free)
    ordered = query.order_by(Message.priority, Message.id).with_for_update(skip_locked=True, of=Message)
    recipients = (Message.registration, Message.invitation, Message.speaker)
    together = [selectinload(one) for one in (Message.event, *recipients)]
    messages = list(session.scalars(ordered.options(*together)))
    _move(session, messages, MessageStatus.SENDING, lease_until=until)
    return messages


def is_still_wanted(session: Session, message: Message) -> bool:
    """Ask again right before sending: the reason may have gone away since the claim."""
    return session.scalar(select(Message.status).where(Message.id == message.id)) == MessageStatus.SENDING


def mark_sent(session: Session, message: Message, *, reply: str) -> None:
    """The mail server took it: from here on it is its mail, whatever the row said a moment before."""
    if not _hold(session, message):
        return
    now = clock.now()
    _move(
        session,
        [message],
        MessageStatus.SENT,
        lease_until=None,
        sent_at=now,
        reply=reply,
        attempts=message.attempts + 1,
    )


def mark_failed(session: Session, message: Message, *, reply: str) -> None:
    _end_attempt(session, message, MessageStatus.FAILED, reply=reply)


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


def give_back(session: Session, message: Message) -> None:
    """Not tried, not counted: another job may take it at once."""
    if _hold(session, message) and message.status == MessageStatus.SENDING:
        _move(session, [message], MessageStatus.PENDING, lease_until=None)


def _hold(session: Session, message: Message) -> bool:
    """Read it again, and keep others off it. False where it is gone: the person was erased while it was on the wire."""
    lock = {"of": Message}
    return session.get(Message, message.id, populate_existing=True, with_for_update=lock) is not None


def _end_attempt(
    session: Session, message: Message, status: MessageStatus, *, reply: str | None, **values: Any
) -> None:
    if _hold(session, message) and message.status == MessageStatus.SENDING:
        _move(session, [message], status, lease_until=None, reply=reply, attempts=message.attempts + 1, **values)


def _move(session: Session, messages: Sequence[Message], to: MessageStatus, **values: Any) -> None:
    """The only way a message's status changes: the row and the tally together."""
    changes = tallies.mail_moves(messages, to=to)
    for message in messages:
        message.status = to
        for name, value in values.items():
            setattr(message, name, value)
    session.flush()
    tallies.add_mail(session, changes)
