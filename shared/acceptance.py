"""An invitation is accepted by registering, whichever way: with the address it went to, or by its link with another.

Called from where registrations are born, in their transaction and under their event's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, any_, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.models import Invitation, InvitationStatus, Message


@dataclass(frozen=True, slots=True)
class Arrival:
    """A registration and how it came. `is_pending`: nobody has answered from its address yet, so it counts later."""

    registration_id: UUID
    key: str
    invitation_id: UUID | None
    is_pending: bool


def note(session: Session, event_id: UUID, arrivals: Sequence[Arrival]) -> None:
    """Mark the invitations that these answer, and take back what was still to be sent to them."""
    found = _of(session, event_id, arrivals)
    accepted = {one: came for one, came in found.items() if not came.is_pending}
    _take_back(session, list(accepted))
    if accepted:
        _mark(session, accepted, {"status": InvitationStatus.ACCEPTED, "answered_at": clock.now()})
    if found.keys() - accepted.keys():
        _mark(session, {one: came for one, came in found.items() if came.is_pending}, {})


def _take_back(session: Session, ids: Sequence[UUID]) -> None:
    """Before the invitations themselves are touched: whoever delivers locks the message first, then its invitation."""
    if ids:
        outbox.withdraw(session, Message.invitation_id.in_(ids))


def _of(session: Session, event_id: UUID, arrivals: Sequence[Arrival]) -> dict[UUID, Arrival]:
    """Which invitations these answer: by link, by address, or because they named the registration before it counted."""
    by_link = {one.invitation_id: one for one in arrivals if one.invitation_id is not None}
    by_registration = {one.registration_id: one for one in arrivals}
    by_key = {one.key: one for one in arrivals}
    query = select(Invitation.id, func.lower(Invitation.address), Invitation.status, Invitation.registration_id).where(
        Invitation.event_id == event_id,
        Invitation.status != InvitationStatus.WITHDRAWN,
        _concerns(list(by_link), list(by_registration), list(by_key)),
    )
    found: dict[UUID, Arrival] = {}
    for one, key, status, registration_id in session.execute(query):
        came = by_key.get(key) or by_link.get(one) or by_registration[registration_id]
        if status != InvitationStatus.ACCEPTED or registration_id != came.registration_id:
            found[one] = came
    return found


def _concerns(ids: list[UUID], registration_ids: list[UUID], keys: list[str]) -> ColumnElement[bool]:
    """Each of the three has an index of its own."""
    by_key = func.lower(Invitation.address) == any_(cast(keys, ARRAY(Text)))
    by_registration = Invitation.registration_id == any_(cast(registration_ids, ARRAY(Uuid)))
    by_link = [Invitation.id == any_(cast(ids, ARRAY(Uuid)))] if ids else []
    return or_(by_key, by_registration, *by_link)


def _mark(session: Session, found: dict[UUID, Arrival], values: dict[str, object]) -> None:
    rows = [
        {"id": one, "registration_id": came.registration_id, "nudge_wanted_at": None} | values
        for one, came in sorted(found.items())
    ]
    session.execute(update(Invitation), rows)
