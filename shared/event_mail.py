"""Who hears of a change or a cancellation: those whose calendars hold the event, each with the next SEQUENCE."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import invitations, outbox
from shared.models import Event, EventState, Message, MessageKind, MessageStatus, Registration, RegistrationStatus
from shared.outbox import NewMessage

# A reminder of the old time, an earlier change. The news of a postponement stays: it says why the other came.
_OUTDATED_BY_A_CHANGE = (MessageKind.CHANGE, MessageKind.REMINDER)
# To those who are not registered any more: nothing else will take the entry out of their calendars.
_SAY_GOODBYE = (MessageKind.REGISTRATION_CANCELLED, MessageKind.OFFER_LAPSED)
_GIVE_A_PLACE = (MessageKind.CONFIRMATION, MessageKind.PROMOTION)


def _registered(session: Session, event: Event, status: RegistrationStatus) -> Sequence[Registration]:
    query = select(Registration).where(Registration.event_id == event.id, Registration.status == status)
    return session.scalars(query.order_by(Registration.position)).all()


def tell_of_change(session: Session, event: Event, before: Mapping[str, Any]) -> None:
    """One mail to everyone with a place, showing the old time where it moved.

    Those whose confirmation has not left yet get the new facts in it. Of two changes in a row, only the last goes out.
    """
    outbox.withdraw(session, Message.event_id == event.id, Message.kind.in_(_OUTDATED_BY_A_CHANGE))
    unconfirmed = set(
        session.scalars(
            select(Message.registration_id).where(
                Message.event_id == event.id,
                Message.kind.in_(_GIVE_A_PLACE),
                Message.status == MessageStatus.PENDING,
            )
        )
    )
    holders = [one for one in _registered(session, event, RegistrationStatus.CONFIRMED) if one.id not in unconfirmed]
    facts = {name: _plain(value) for name, value in before.items() if _plain(value) != _plain(getattr(event, name))}
    _post(session, event, holders, MessageKind.CHANGE, facts={"before": facts})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def tell_of_cancellation(session: Session, event: Event) -> None:
    """Take back everything that waits, then write to everyone concerned; calendars are told where there is an entry."""
    taken_back = outbox.withdraw(session, Message.event_id == event.id, Message.kind.not_in(_SAY_GOODBYE))
    invitations.take_back(session, taken_back)
    is_postponed = event.state == EventState.POSTPONED
    for status in (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED):
        facts = {"with_entry": status == RegistrationStatus.CONFIRMED, "is_postponed": is_postponed}
        _post(session, event, _registered(session, event, status), MessageKind.CANCELLATION, facts=facts)


def _post(
    session: Session, event: Event, people: Sequence[Registration], kind: MessageKind, *, facts: dict[str, Any]
) -> None:
    """SEQUENCE grows in the transaction that writes the message (RFC 5546 section 2.1.4)."""
    for registration in people:
        registration.sequence += 1
    session.flush()
    messages = [
        NewMessage(
            event.id,
            registration.id,
            kind,
            f"revision-{event.revision}",
            sequence=registration.sequence,
            expires_at=event.ends_at,
            facts=facts,
        )
        for registration in people
    ]
    outbox.post(session, messages)
