"""Invitations leave: as many as the day allows, the first ones before those that ask once more."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, literal, or_, select
from sqlalchemy.orm import Session

from shared import acceptance, clock, outbox
from shared.acceptance import Arrival
from shared.admission import live, outside_hours_because
from shared.invitations.daily_limit import allowance, is_waiting
from shared.models import Event, EventState, Invitation, InvitationStatus, Message, MessageKind
from shared.outbox import NewMessage
from shared.places import lock_places

# Mails in one transaction, during which the event's lock is held.
AT_ONCE = 500


def send_waiting(session: Session) -> int:
    """Write the next mails of one event into the outbox. Returns how many. Several may run side by side.

    Call it until it returns 0, in a transaction each.
    """
    for event_id in _events_with_waiting(session):
        if allowance(session, session.get_one(Event, event_id)):
            # Under the event's lock, so that a second dispatcher, somebody who registers, or a cancellation waits.
            lock_places(session, event_id)
            done = send_now(session, session.get_one(Event, event_id, populate_existing=True))
            if done:
                return done
    return 0


def _events_with_waiting(session: Session) -> Sequence[UUID]:
    first, again = _any(is_waiting()), _any(is_wanted_again())
    now = clock.now()
    query = select(Event.id).where(
        Event.state == EventState.PUBLISHED,
        Event.starts_at > now,
        Event.has_invitations,
        or_(Event.registration_opens_at.is_(None), Event.registration_opens_at <= now),
        or_(Event.registration_closes_at.is_(None), Event.registration_closes_at > now),
        or_(first.is_not(None), again.is_not(None)),
    )
    return session.scalars(query.order_by(Event.starts_at)).all()


def _any(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    """A value rather than EXISTS, and the first in an order: so PostgreSQL looks into the index once for each event,
    and never at all there are."""
    found = select(literal(1)).select_from(Invitation).where(Invitation.event_id == Event.id, condition)
    return found.order_by(Invitation.id).limit(1).correlate(Event).scalar_subquery()


def is_wanted_again() -> ColumnElement[bool]:
    return Invitation.nudge_wanted_at.is_not(None)


def is_open(event: Event) -> bool:
    """Whether somebody who gets an invitation now can follow it."""
    is_to_come = event.state == EventState.PUBLISHED and event.starts_at is not None and event.starts_at > clock.now()
    return is_to_come and outside_hours_because(event) is None


def send_now(session: Session, event: Event) -> int:
    """What may leave of one event at this moment; how many are done with. The caller holds the event's lock."""
    room = min(allowance(session, event), AT_ONCE) if is_open(event) else 0
    first = _next(session, event, is_waiting(), room)
    again = _next(session, event, is_wanted_again(), room - len(first))
    _accept_registered(session, event, [*first, *again])
    _send_first(session, event, [one for one in first if one.status == InvitationStatus.PENDING])
    _send_again(session, event, [one for one in again if one.status == InvitationStatus.PENDING])
    return len(first) + len(again)


def _next(session: Session, event: Event, condition: ColumnElement[bool], count: int) -> list[Invitation]:
    """In the order they were invited, as they are now."""
    if count <= 0:
        return []
    query = select(Invitation).where(Invitation.event_id == event.id, condition).order_by(Invitation.id).limit(count)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _accept_registered(session: Session, event: Event, people: Sequence[Invitation]) -> None:
    """They registered in the instant in which they were invited: nobody had seen the one when doing the other."""
    known = live(session, event.id, [one.address.lower() for one in people]) if people else {}
    arrivals = [Arrival(one.registration_id, key, None, is_pending=False) for key, one in known.items()]
    if arrivals:
        acceptance.note(session, event.id, arrivals)
        for one in people:
            session.refresh(one)


def _send_first(session: Session, event: Event, people: Sequence[Invitation]) -> None:
    """Whose mail was taken back, because the event was postponed, gets another."""
    earlier = _counted(session, people, MessageKind.INVITATION)
    messages = [_message(event, one, MessageKind.INVITATION, _occasion(earlier[one.id])) for one in people]
    for one in people:
        one.posted_at = clock.now()
    session.flush()
    outbox.post(session, messages)


def _occasion(earlier: int) -> str:
    return f"again-{earlier}" if earlier else "first"


def _counted(session: Session, people: Sequence[Invitation], kind: MessageKind) -> Counter[UUID]:
    ids = [one.id for one in people]
    query = select(Message.invitation_id, func.count()).where(Message.invitation_id.in_(ids), Message.kind == kind)
    found = session.execute(query.group_by(Message.invitation_id)) if ids else ()
    return Counter({invitation_id: count for invitation_id, count in found if invitation_id is not None})


def _send_again(session: Session, event: Event, people: Sequence[Invitation]) -> None:
    """The rule that wanted it, if one did, stands in the occasion first, as with everything that rules send."""
    earlier = _counted(session, people, MessageKind.NUDGE)
    messages = []
    for one in people:
        sender = one.nudge_rule_id.hex[-12:] if one.nudge_rule_id else "asked"
        messages.append(_message(event, one, MessageKind.NUDGE, f"{sender}-nudge-{earlier[one.id] + 1}"))
        one.nudges, one.nudged_at, one.nudge_wanted_at = one.nudges + 1, clock.now(), None
    session.flush()
    outbox.post(session, messages)


def _message(event: Event, invitation: Invitation, kind: MessageKind, occasion: str) -> NewMessage:
    """Of no use once nobody can register, or the event has begun."""
    ends = [moment for moment in (event.starts_at, event.registration_closes_at) if moment is not None]
    return NewMessage(
        event.id,
        None,
        kind,
        occasion,
        expires_at=min(ends, default=None),
        invitation_id=invitation.id,
        rule_id=invitation.nudge_rule_id if kind == MessageKind.NUDGE else None,
    )
