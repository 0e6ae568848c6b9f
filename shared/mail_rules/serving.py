"""Rules whose moment has come become messages: under the event's lock, once, some thousands at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from shared import call_sheets, clock, invitations, outbox
from shared.mail_rules import moments, selections
from shared.models import Anchor, Event, EventState, Message, MessageKind, Registration, ReminderRule
from shared.outbox import NewMessage
from shared.places import lock_places

# Messages in one transaction: a registration that comes meanwhile waits for half a second at most.
AT_ONCE = 5_000
_URGENT = timedelta(hours=2)
_URGENT_KINDS = {MessageKind.REMINDER, MessageKind.NOTICE}


def serve_due(session: Session) -> int | None:
    """Turn what is due at one event into messages. Returns how many; None where nothing is due anywhere.

    Call it until it returns None, in a transaction each. Several may run side by side; whatever is interrupted goes on
    where it was, and nobody gets a second copy. Of several reminders that fell due together (the dispatcher was down),
    each person gets only the latest that is for them.
    """
    event_id = session.scalar(
        select(Event.id)
        .join(ReminderRule)
        .where(Event.state == EventState.PUBLISHED, *_is_due())
        .order_by(ReminderRule.due_at)
        .limit(1)
    )
    if event_id is None:
        return None
    # Under the event's lock, so that a second dispatcher, a move or a cancellation waits and then finds it done.
    lock_places(session, event_id)
    event = session.get_one(Event, event_id, populate_existing=True)
    return _serve_event(session, event) if event.state == EventState.PUBLISHED else 0


def _is_due() -> tuple[ColumnElement[bool], ...]:
    return (
        ReminderRule.due_at <= clock.now(),
        ReminderRule.served_for.is_distinct_from(ReminderRule.due_at),
        ReminderRule.is_paused.is_(False),
    )


def _serve_event(session: Session, event: Event) -> int:
    query = select(ReminderRule).where(ReminderRule.event_id == event.id, *_is_due())
    # The latest first: whoever gets it is spared the earlier ones.
    latest_first = query.order_by(ReminderRule.due_at.desc(), ReminderRule.id.desc())
    posted = 0
    for rule in session.scalars(latest_first.execution_options(populate_existing=True)).all():
        written = _serve(session, event, rule)
        posted += written
        if posted >= AT_ONCE:
            break
    return posted


def _serve(session: Session, event: Event, rule: ReminderRule) -> int:
    """Up to AT_ONCE messages of this rule; it is served once fewer are left."""
    latest = moments.expires_at(event, rule)
    is_of_use = latest is not None and latest > clock.now()
    written = _write(session, event, rule, latest) if is_of_use else 0
    rule.served_count = (rule.served_count or 0) + written
    if written < AT_ONCE or rule.kind not in moments.TO_REGISTERED:
        rule.served_for = rule.due_at
    session.flush()
    return written


def _write(session: Session, event: Event, rule: ReminderRule, expires_at: datetime | None) -> int:
    if rule.kind == MessageKind.CALL_SHEET:
        return call_sheets.send(session, event)
    if rule.kind == MessageKind.NUDGE:
        return invitations.nudge(session, event, rule_id=rule.id, languages=selections.selection_of(rule).languages)
    tells_attendance = rule.kind == MessageKind.FOLLOW_UP and selections.knows_attendance(session, event)
    messages = [
        _message(event, rule, one, expires_at=expires_at, tells_attendance=tells_attendance)
        for one in _recipients(session, event, rule)
    ]
    return outbox.post(session, messages)


@dataclass(frozen=True, slots=True)
class _Recipient:
    """What a message needs of a registration: ten thousand of the whole would take seconds to load."""

    id: UUID
    sequence: int
    joined_at: datetime | None


def _recipients(session: Session, event: Event, rule: ReminderRule) -> list[_Recipient]:
    """Those who have no message of this occasion, and need none of a later one."""
    query = select(Registration.id, Registration.sequence, Registration.joined_at).where(
        *selections.registered(event, rule), ~_has_message(rule.kind, _occasions(event, rule))
    )
    if rule.kind == MessageKind.REMINDER:
        # For who came after the moment the confirmation was the reminder.
        query = query.where(Registration.confirmed_at <= rule.due_at)
    return [_Recipient(*row) for row in session.execute(query.order_by(Registration.position).limit(AT_ONCE))]


def _has_message(kind: str, occasions: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        Message.registration_id == Registration.id, Message.kind == kind, Message.occasion.in_(occasions)
    )


def _occasions(event: Event, rule: ReminderRule) -> list[str]:
    """Its own; of a reminder, also those of later ones whose moment has come as well."""
    if rule.kind != MessageKind.REMINDER or rule.due_at is None:
        return [moments.occasion(event, rule)]
    due = [
        (one.due_at, one.id, moments.occasion(event, one))
        for one in event.reminder_rules
        if one.kind == MessageKind.REMINDER and one.due_at is not None and one.due_at <= clock.now()
    ]
    return [occasion for due_at, rule_id, occasion in due if (due_at, rule_id) >= (rule.due_at, rule.id)]


def _message(
    event: Event, rule: ReminderRule, recipient: _Recipient, *, expires_at: datetime | None, tells_attendance: bool
) -> NewMessage:
    assert event.starts_at is not None
    return NewMessage(
        event.id,
        recipient.id,
        MessageKind(rule.kind),
        moments.occasion(event, rule),
        sequence=recipient.sequence,
        expires_at=expires_at,
        urgent=rule.kind in _URGENT_KINDS and timedelta(0) <= event.starts_at - clock.now() <= _URGENT,
        facts=facts(event, rule, has_joined=recipient.joined_at is not None, tells_attendance=tells_attendance),
        rule_id=rule.id,
    )


def facts(event: Event, rule: ReminderRule, *, has_joined: bool, tells_attendance: bool) -> dict[str, Any]:
    """What the mail is composed with. `attendance` of a follow-up is null where nobody can know who came."""
    given: dict[str, Any] = {}
    if rule.anchor != Anchor.MOMENT and event.starts_at is not None and rule.due_at is not None:
        # Whatever it was counted from: so a mail knows that it is late.
        given["minutes_before"] = int((event.starts_at - rule.due_at) / timedelta(minutes=1))
    if rule.kind == MessageKind.FOLLOW_UP:
        given["attendance"] = ("attended" if has_joined else "missed") if tells_attendance else None
    return given
