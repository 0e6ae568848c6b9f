"""Rules: offsets from the start or the end that follow the event, and become messages when their moment comes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.models import Anchor, Event, EventState, MessageKind, Registration, RegistrationStatus, ReminderRule
from shared.outbox import NewMessage
from shared.places import lock_places

# One day: long enough to change plans, short enough to remember. One hour: time to find the link.
USUAL_MINUTES_BEFORE = (24 * 60, 60)
_URGENT = timedelta(hours=2)


def usual_rules() -> list[ReminderRule]:
    return [ReminderRule(kind=MessageKind.REMINDER, minutes_before=minutes) for minutes in USUAL_MINUTES_BEFORE]


def anchor_moment(event: Event, rule: ReminderRule) -> datetime | None:
    """What the rule's minutes are counted from; None while the event has no date."""
    if rule.anchor == Anchor.MOMENT:
        return rule.moment
    return event.ends_at if rule.anchor == Anchor.END else event.starts_at


def follow(event: Event) -> None:
    """Move the rules with the event. A moment that has passed already is skipped: other mail tells of it."""
    now = clock.now()
    for rule in event.reminder_rules:
        moment = anchor_moment(event, rule)
        rule.due_at = moment - timedelta(minutes=rule.minutes_before) if moment else None
        if rule.due_at is not None and rule.due_at <= now and rule.served_for != moment:
            rule.served_for = moment


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
            ReminderRule.served_for.is_distinct_from(Event.starts_at),
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
        rule.served_for = anchor_moment(event, rule)
    latest = min(due, key=lambda rule: rule.minutes_before)
    messages = [_reminder(event, latest, registration) for registration in _recipients(session, event, latest)]
    return outbox.post(session, messages)


def _is_due(rule: ReminderRule, event: Event) -> bool:
    return rule.due_at is not None and rule.due_at <= clock.now() and rule.served_for != anchor_moment(event, rule)


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
        occasion(event, rule),
        sequence=registration.sequence,
        expires_at=event.starts_at,
        urgent=event.starts_at - clock.now() <= _URGENT,
        facts={"minutes_before": rule.minutes_before},
        rule_id=rule.id,
    )


def occasion(event: Event, rule: ReminderRule) -> str:
    """The same rule for another start, or with another offset, is another reminder."""
    return f"{rule.id.hex[-12:]}-{rule.minutes_before}-{anchor_moment(event, rule):%Y%m%dT%H%M}"
