"""The mail of an event as its screen shows it: what waits, what left, what its rules are about to send."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from shared import clock, heartbeats
from shared.mail_rules import answering, moments
from shared.mail_rules.answering import Counted
from shared.models import Event, Message, MessageStatus, ReminderRule
from shared.schemas.stats import MailCounts, ReminderState

_is_due = Message.due_at <= bindparam("now")
# Reads only what is not done yet.
_WAITING = select(
    func.count().filter(_is_due), func.count().filter(Message.attempts > 0), func.min(Message.due_at).filter(_is_due)
).where(
    Message.event_id == bindparam("event_id"),
    Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING]),
)


class Waiting(NamedTuple):
    """How many are due, how many were tried before, since when the oldest waits."""

    due: int
    retrying: int
    oldest: datetime | None


def waiting(session: Session, event: Event) -> Waiting:
    return Waiting(*session.execute(_WAITING, {"event_id": event.id, "now": clock.now()}).one())


def mail_counts(mail: Counted, found: Waiting, worker_seen_at: datetime | None) -> MailCounts:
    counted = sum(mail.values(), Counter[str]())
    return MailCounts(
        **{status.value: counted[status] for status in MessageStatus},
        due=found.due,
        retrying=found.retrying,
        oldest_waiting_seconds=(clock.now() - found.oldest).total_seconds() if found.oldest else None,
        worker_is_alive=heartbeats.is_alive(worker_seen_at),
        worker_seen_at=worker_seen_at,
    )


def reminders(event: Event, mail: Counted) -> list[ReminderState]:
    return [_reminder(event, rule, mail) for rule in moments.in_order(event)]


def _reminder(event: Event, rule: ReminderRule, mail: Counted) -> ReminderState:
    sent, total = answering.sent_and_total(event, rule, mail)
    same = {name: getattr(rule, name) for name in ("id", "kind", "anchor", "minutes_before", "due_at", "is_paused")}
    return ReminderState(**same, state=moments.state(event, rule, total=total), sent=sent, total=total)
