"""Whether mail reaches people: an address that refuses or bounces is noted, until it shows signs of life.

And who has a place but no way in: nothing that leads to the room has arrived, or could have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import Session

from shared import clock
from shared.models import (
    Event,
    EventState,
    MailTally,
    Message,
    MessageKind,
    MessageStatus,
    Registration,
    RegistrationStatus,
)

# Time enough to correct an address, or to call.
NEAR = timedelta(hours=1)
# Mails with a join link, or with the link to the page that has it.
WITH_A_WAY_IN = (
    MessageKind.CONFIRMATION,
    MessageKind.PROMOTION,
    MessageKind.CHANGE,
    MessageKind.ENTRY_AGAIN,
    MessageKind.REMINDER,
    MessageKind.NOTICE,
    MessageKind.LINK_AGAIN,
)
_SENT = (MessageStatus.SENT,)
_LOST = (MessageStatus.FAILED, MessageStatus.BOUNCED)


def went_elsewhere(message: Message, registration: Registration) -> bool:
    """Whether the mail was done with before the address was corrected: it says nothing of the one there is now."""
    if registration.readdressed_at is None or message.status in {MessageStatus.PENDING, MessageStatus.SENDING}:
        return False
    return (message.sent_at or message.created_at) < registration.readdressed_at


def mark_lost(session: Session, message: Message, at: datetime) -> None:
    """The mail did not arrive and never will. What it carried is not held by anybody's calendar."""
    registration = message.registration
    if registration is not None and went_elsewhere(message, registration):
        return
    recipient = registration or message.invitation
    if recipient is not None and recipient.undelivered_at is None:
        recipient.undelivered_at = at
    if registration is not None and registration.entry_sequence == message.sequence and message.revision is not None:
        registration.entry_revision = None
    session.flush()


def mark_reached(session: Session, registration: Registration) -> None:
    """Somebody used a link of a mail, or their calendar answered: mail arrives there."""
    noted = Registration.id == registration.id, Registration.undelivered_at.is_not(None)
    session.execute(update(Registration).where(*noted).values(undelivered_at=None))


@dataclass(frozen=True)
class Unreachable:
    """`since` is None where nothing has left yet; `reason` is what the mail server, or the bounce, said."""

    registration: Registration
    since: datetime | None
    reason: str | None


def is_near(event: Event) -> bool:
    """From an hour before the start to the end: whoever has no way in now needs one soon."""
    if event.state != EventState.PUBLISHED or event.starts_at is None or event.ends_at is None:
        return False
    return event.starts_at - NEAR <= clock.now() < event.ends_at


def count(session: Session, event: Event) -> int:
    """How many people have a place and no working link.

    Costs what few people cost where all is well: with nothing lost and the start far off, two looks at an index.
    """
    where = _conditions(session, event)
    if where is None:
        return 0
    return session.scalar(select(func.count()).select_from(Registration).where(*where)) or 0


def people(session: Session, event: Event, after: int, limit: int) -> list[Unreachable]:
    """Those people with what is known of why, in the order they registered, from the one after this position on."""
    where = _conditions(session, event)
    if where is None:
        return []
    query = select(Registration).where(*where, Registration.position > after).order_by(Registration.position)
    found = session.scalars(query.limit(limit)).all()
    lost = _last_lost(session, [one.id for one in found])
    return [_unreachable(one, lost.get(one.id)) for one in found]


def _unreachable(registration: Registration, lost: Message | None) -> Unreachable:
    if lost is None or went_elsewhere(lost, registration):
        return Unreachable(registration, registration.undelivered_at, None)
    since = registration.undelivered_at or lost.bounced_at or lost.due_at
    return Unreachable(registration, since, lost.bounce or lost.reply)


def _last_lost(session: Session, ids: Sequence[UUID]) -> dict[UUID, Message]:
    """Of each, the mail that was lost last."""
    of_these = Message.registration_id.in_(ids), Message.status.in_(_LOST)
    in_order = session.scalars(select(Message).where(*of_these).order_by(Message.id))
    return {message.registration_id: message for message in in_order if message.registration_id is not None}


def _conditions(session: Session, event: Event) -> tuple[ColumnElement[bool], ...] | None:
    """None where nobody can be among them: the event does not take place, or is over."""
    if event.state != EventState.PUBLISHED or (event.ends_at is not None and event.ends_at <= clock.now()):
        return None
    with_place = (
        Registration.event_id == event.id,
        Registration.status == RegistrationStatus.CONFIRMED,
        # Who came in had a link that works.
        Registration.joined_at.is_(None),
    )
    is_undelivered = Registration.undelivered_at.is_not(None)
    # Who was sent the calendar entry has the link in it: few are left to be looked at one by one.
    has_no_way_in = Registration.entry_revision.is_(None) & ~_has(_SENT)
    if is_near(event):
        return (*with_place, is_undelivered | has_no_way_in)
    if _has_lost_any(session, event):
        return (*with_place, is_undelivered | (has_no_way_in & _has(_LOST)))
    return (*with_place, is_undelivered)


def _has(statuses: Sequence[str]) -> ColumnElement[bool]:
    """Whether a mail with a way in, to the address there is now, is in one of these states."""
    return exists().where(
        Message.registration_id == Registration.id,
        Message.kind.in_(WITH_A_WAY_IN),
        Message.status.in_(statuses),
        or_(
            Registration.readdressed_at.is_(None),
            func.coalesce(Message.sent_at, Message.created_at) >= Registration.readdressed_at,
        ),
    )


def _has_lost_any(session: Session, event: Event) -> bool:
    """Asked of the tallies, which are few."""
    lost = select(func.sum(MailTally.count)).where(
        MailTally.event_id == event.id, MailTally.kind.in_(WITH_A_WAY_IN), MailTally.status.in_(_LOST)
    )
    return bool(session.scalar(lost))
