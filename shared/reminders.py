"""Reminders: offsets from the start that follow the event, and become messages when their moment comes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.models import Event, EventState, MessageKind, Registration, RegistrationStatus, ReminderRule
from shared.outbox import NewMessage
from shared.places import lock_places

# One day: long enough to change plans, short enough to remember. One hour: time to find the link.
USUAL_MINUTES_BEFORE = (24 * 60, 60)
_URGENT = timedelta(hours=2)


def usual_rules() -> list[ReminderRule]:
    return [ReminderRule(minutes_before=minutes) for minutes in USUAL_MINUTES_BEFORE]


def follow(event: Event) -> None:
    """Move the rules with the event's start. A moment that has passed already is skipped: other mail tells of it."""
    now = clock.now()
    for rule in event.reminder_rules:
        rule.due_at = event.starts_at - timedelta(minutes=rule.minutes_before) if event.starts_at else None
        if rule.due_at is not None and rule.due_at <= now and rule.served_start != event.starts_at:
            rule.served_start = event.starts_at


def serve_due(session: Session) -> int:
    """Turn every rule whose moment has come into messages, one event at a time. Returns how many messages.

    Of several that fell due together (the dispatcher was down), only the latest goes out. Several may run side by side.
    """
    event_id = session.scalar(
        select(Event.id)
        .join(ReminderRule)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.starts_at > clock.now(),
            ReminderRule.due_at <= clock.now(),
            ReminderRule.served_start.is_distinct_from(Event.starts_at),
        )
        .limit(1)
    )
    return _serve(session, event_id) if event_id else 0


def _serve(session: Session, event_id: UUID) -> int:
    # Under the event's lock, so that a second dispatcher, a move or a cancellation waits and then finds it done.
    lock_places(session, event_id)
    event = session.get_one(Event, event_id, populate_existing=True)
    due = [rule for rule in event.reminder_rules if _is_due(rule, event)]
    if event.state != EventState.PUBLISHED or not due:
        return 0
    for rule in due:
        rule.served_start = event.starts_at
    latest = min(due, key=lambda rule: rule.minutes_before)
    messages = [_reminder(event, latest, registration) for registration in _recipients(session, event, latest)]
    return outbox.post(session, messages)


def _is_due(rule: ReminderRule, event: Event) -> bool:
    return rule.due_at is not None and rule.due_at <= clock.now() and rule.served_start != event.starts_at


def _recipients(session: Session, event: Event, rule: ReminderRule) -> list[Registration]:
    """Those who had their place before the moment; for later ones the confirmation was the reminder."""
    query = select(Registration).where(
        Registration.event_id == event.id,
        Registration.status == RegistrationStatus.CONFIRMED,
        Registration.confirmed_at <= rule.due_at,
    )
    return list(session.scalars(query.order_by(Registration.position)))


def _reminder(event: Event, rule: ReminderRule, registration: Registration) -> NewMessage:
    assert event.starts_at is not None
    return NewMessage(
        event.id,
        registration.id,
        MessageKind.REMINDER,
        reminder_occasion(rule.minutes_before, event.starts_at),
        sequence=registration.sequence,
        expires_at=event.starts_at,
        urgent=event.starts_at - clock.now() <= _URGENT,
        facts={"minutes_before": rule.minutes_before},
    )


def reminder_occasion(minutes_before: int, starts_at: datetime) -> str:
    """The same reminder for another start is another reminder."""
    return f"{minutes_before}-{starts_at:%Y%m%dT%H%M}"
