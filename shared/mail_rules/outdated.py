"""Mail of rules that waits to leave although its moment is no more: the event has moved since it was written."""

from sqlalchemy.orm import Session

from shared import outbox
from shared.mail_rules import moments
from shared.models import Event, Message


def take_back_outdated(session: Session, event: Event) -> None:
    """The event has moved: what waits to leave for the old moments of its rules does not leave. Holds the lock."""
    current = [moments.occasion(event, rule) for rule in event.reminder_rules if rule.due_at is not None]
    rules = [rule.id for rule in event.reminder_rules]
    outbox.withdraw(
        session,
        Message.event_id == event.id,
        Message.kind.in_(moments.TO_REGISTERED),
        Message.rule_id.in_(rules),
        Message.occasion.not_in(current),
    )
