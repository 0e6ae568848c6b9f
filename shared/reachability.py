"""Whether mail reaches people: an address that refuses or bounces is noted, until it shows signs of life."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.models import Event, Message, Registration, RegistrationStatus


def mark_lost(session: Session, message: Message, at: datetime) -> None:
    """The mail did not arrive and never will. What it carried is not held by anybody's calendar."""
    recipient = message.registration or message.invitation
    if recipient is not None and recipient.undelivered_at is None:
        recipient.undelivered_at = at
    registration = message.registration
    if registration is not None and registration.entry_sequence == message.sequence and message.revision is not None:
        registration.entry_revision = None
    session.flush()


def mark_reached(session: Session, registration: Registration) -> None:
    """Somebody used a link of a mail, or their calendar answered: mail arrives there."""
    registration.undelivered_at = None
    session.flush()


def count(session: Session, event: Event) -> int:
    """How many with a place have no working join link."""
    lost = select(func.count()).where(
        Registration.event_id == event.id,
        Registration.status == RegistrationStatus.CONFIRMED,
        Registration.undelivered_at.is_not(None),
    )
    return session.scalar(lost) or 0
