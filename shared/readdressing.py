"""Another address for a registration: an organiser corrects what was mistyped, and the place goes there at once."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shared import admission, clock, outbox, waiting_lists
from shared.errors import InvalidInput
from shared.models import (
    Event,
    EventState,
    Message,
    MessageKind,
    MessageStatus,
    Registration,
    RegistrationStatus,
)
from shared.outbox import OPTIONAL_KINDS, NewMessage
from shared.places import lock_places

# In the words of mail servers, which quote the address they refuse.
_UNNAMED = "[the address before]"


def readdress(session: Session, registration: Registration, address: str) -> bool:
    """Give a live registration another address. False where it has it already: twice changes nothing.

    What waits for the old address is taken back, and the mail that gives or explains the place is written again, as of
    now; what rules send goes to the new address when its time comes. The old one is told nothing. Raises InvalidInput
    where another registration has the address.
    """
    lock_places(session, registration.event_id)
    session.refresh(registration)
    if registration.address == address:
        return False
    _require_free(session, registration, address)
    old, registration.address = registration.address, address
    registration.readdressed_at = clock.now()
    registration.undelivered_at = None
    registration.entry_sequence = registration.entry_revision = None
    if registration.participation_address is not None and registration.participation_address.lower() == old.lower():
        registration.participation_address = None
    session.flush()
    _forget(session, registration.id, old)
    if not _is_over(registration.event):
        _send_again(session, registration)
    return True


def _require_free(session: Session, registration: Registration, address: str) -> None:
    other = select(Registration.id).where(
        Registration.event_id == registration.event_id,
        Registration.id != registration.id,
        func.lower(Registration.address) == address.lower(),
        Registration.status != RegistrationStatus.CANCELLED,
    )
    if session.scalar(other) is not None:
        raise InvalidInput(
            "Another registration for this event has this address. Cancel one of the two first.",
            fields={"address": "has another registration for this event; cancel one of the two first"},
        )


def _forget(session: Session, registration_id: UUID, old: str) -> None:
    """Take the old address out of what mail servers said: nothing would find it there when it is to be erased."""
    pattern = re.compile(re.escape(old), re.IGNORECASE)
    quoted = (column.icontains(old, autoescape=True) for column in (Message.reply, Message.bounce))
    query = select(Message).where(Message.registration_id == registration_id, or_(*quoted))
    for message in session.scalars(query.with_for_update(of=Message)):
        message.reply = message.reply and pattern.sub(_UNNAMED, message.reply)
        message.bounce = message.bounce and pattern.sub(_UNNAMED, message.bounce)
    session.flush()


def _is_over(event: Event) -> bool:
    return event.ends_at is not None and event.ends_at <= clock.now()


def _send_again(session: Session, registration: Registration) -> None:
    of_them = Message.registration_id == registration.id
    outbox.withdraw(session, of_them, Message.kind.not_in(OPTIONAL_KINDS))
    # A worker that holds a reminder has read the old address; let go of, it is read again.
    held = select(Message).where(of_them, Message.status == MessageStatus.SENDING)
    for message in session.scalars(held).all():
        outbox.give_back(session, [message])
    registration.sequence += 1
    session.flush()
    again = _message(registration)
    if again is not None:
        outbox.post(session, [again])


def _message(registration: Registration) -> NewMessage | None:
    """How things stand, for somebody who has heard nothing yet; None where they are asked later."""
    event, occasion = registration.event, f"address-{registration.sequence}"
    if event.state != EventState.PUBLISHED:
        return _called_off(event, registration, occasion)
    if registration.status == RegistrationStatus.OFFERED:
        return waiting_lists.offer(event, registration)
    if registration.status == RegistrationStatus.CONFIRMED and registration.confirmed_at != registration.registered_at:
        return waiting_lists.place_given(event, registration, occasion=occasion)
    return admission.first_message(event, registration, occasion=occasion)


def _called_off(event: Event, registration: Registration, occasion: str) -> NewMessage | None:
    if registration.status == RegistrationStatus.PENDING:
        return None
    facts: dict[str, Any] = {
        "with_entry": registration.status == RegistrationStatus.CONFIRMED,
        "is_postponed": event.state == EventState.POSTPONED,
    }
    return NewMessage(
        event.id,
        registration.id,
        MessageKind.CANCELLATION,
        occasion,
        sequence=registration.sequence,
        expires_at=event.ends_at,
        facts=facts,
    )
