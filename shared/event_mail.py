"""Who hears of a change or a cancellation: those whose calendars hold the event, each with the next SEQUENCE."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import invitations, outbox
from shared.models import Event, EventState, Message, MessageKind, MessageStatus, Registration, RegistrationStatus
from shared.outbox import NewMessage

# What people have in their calendars: a change of these after publishing is a new revision. Not the introduction, which
# the entry links to, nor the room, which stands behind the personal link that is in the entry.
IN_CALENDARS = ("title", "starts_at", "ends_at", "time_zone", "location", "is_online")
# Whoever said they come at another time has not said so of this one.
TIMES = frozenset({"starts_at", "ends_at", "time_zone"})
# An earlier change, the same entry again. The news of a postponement stays: it says why the
# other came.
_OUTDATED_BY_A_CHANGE = (MessageKind.CHANGE, MessageKind.ENTRY_AGAIN)
# To those who are not concerned any more: nothing else will take the entry out of their calendars.
_SAY_GOODBYE = (MessageKind.REGISTRATION_CANCELLED, MessageKind.OFFER_LAPSED, MessageKind.CALL_SHEET_WITHDRAWN)
_GIVE_A_PLACE = (MessageKind.CONFIRMATION, MessageKind.PROMOTION)


def in_calendars(event: Event) -> dict[str, Any]:
    return {name: _plain(getattr(event, name)) for name in IN_CALENDARS}


def _registered(session: Session, event: Event, status: RegistrationStatus) -> Sequence[Registration]:
    """Held until the end: workers note in the same rows what they have sent."""
    query = select(Registration).where(Registration.event_id == event.id, Registration.status == status)
    held = query.order_by(Registration.position).with_for_update(key_share=True)
    return session.scalars(held.execution_options(populate_existing=True)).all()


def tell_of_change(session: Session, event: Event, before: Mapping[str, Any]) -> None:
    """One mail to everyone with a place, showing how it was when they heard of it last. The caller holds the lock.

    Those whose confirmation has not left yet get the new facts in it. Of two changes in a row only the last goes out;
    and none at all, if the first has not left and the second takes it back. `before` is empty where the event returns
    from being postponed.
    """
    now = in_calendars(event)
    changes = {name: value for name, value in before.items() if value != now[name]}
    holders = _registered(session, event, RegistrationStatus.CONFIRMED)
    unsent = _unsent_changes(session, event)
    outbox.withdraw(session, Message.event_id == event.id, Message.kind.in_(_OUTDATED_BY_A_CHANGE))
    unconfirmed = _unconfirmed(session, event)
    if not before or not TIMES.isdisjoint(changes):
        for registration in holders:
            registration.forget_participation()
    told = []
    for registration in holders:
        news = _news(event, registration, changes, unsent.get(registration.id), now)
        if registration.id in unconfirmed:
            continue
        if before and not news["before"]:
            # Word for word the entry that they have, so they have this revision too.
            registration.entry_revision = event.revision
        else:
            told.append((registration, news))
    _post(session, event, told, MessageKind.CHANGE)


def _unsent_changes(session: Session, event: Event) -> dict[UUID | None, "_Unsent"]:
    """The changes that people are still to hear of. Held, so that no worker takes one up meanwhile."""
    waiting = select(Message).where(
        Message.event_id == event.id,
        Message.kind == MessageKind.CHANGE,
        Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING]),
    )
    held = waiting.with_for_update(of=Message).execution_options(populate_existing=True)
    return {one.registration_id: _Unsent(one.facts, outbox.may_have_left(one)) for one in session.scalars(held)}


class _Unsent(NamedTuple):
    facts: Mapping[str, Any]
    may_have_left: bool


def _unconfirmed(session: Session, event: Event) -> set[UUID | None]:
    """Whose mail with the place is still to be written. Held, so that no worker begins it with the old facts."""
    waiting = select(Message).where(
        Message.event_id == event.id, Message.kind.in_(_GIVE_A_PLACE), Message.status == MessageStatus.PENDING
    )
    held = session.scalars(waiting.with_for_update(of=Message).execution_options(populate_existing=True))
    return {message.registration_id for message in held if not outbox.may_have_left(message)}


def _news(
    event: Event, registration: Registration, changes: Mapping[str, Any], unsent: _Unsent | None, now: Mapping[str, Any]
) -> dict[str, Any]:
    """`before`: how it was when they were told last; empty where that is how it is now. `was_current`: whether their
    calendar had it so."""
    if unsent is None:
        return {"before": dict(changes), "was_current": registration.entry_revision == event.revision - 1}
    since = {**changes, **unsent.facts.get("before", {})}
    net = {name: value for name, value in since.items() if value != now[name]}
    was_current = bool(unsent.facts.get("was_current")) and not unsent.may_have_left
    return {"before": net if net or was_current else dict(changes), "was_current": was_current}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def tell_of_cancellation(session: Session, event: Event) -> None:
    """Take back everything that waits, then write to everyone concerned; calendars are told where there is an entry."""
    is_postponed = event.state == EventState.POSTPONED
    concerned = {
        status: _registered(session, event, status)
        for status in (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)
    }
    taken_back = outbox.withdraw(session, Message.event_id == event.id, Message.kind.not_in(_SAY_GOODBYE))
    invitations.take_back(session, taken_back)
    for status, people in concerned.items():
        facts = {"with_entry": status == RegistrationStatus.CONFIRMED, "is_postponed": is_postponed}
        _post(session, event, [(one, facts) for one in people], MessageKind.CANCELLATION)


def _post(
    session: Session, event: Event, told: Sequence[tuple[Registration, dict[str, Any]]], kind: MessageKind
) -> None:
    """SEQUENCE grows in the transaction that writes the message (RFC 5546 section 2.1.4)."""
    for registration, _ in told:
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
        for registration, facts in told
    ]
    outbox.post(session, messages)
