"""A person, as far as the platform knows people: an address, at one calendar or at all of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shared.models import Calendar, Event, LinkRequest, Registration


@dataclass(frozen=True)
class Somebody:
    """`address` is compared without regard to case. `calendar` is None for all of them.

    `until` leaves out what came later: whoever was erased and then came back is not erased again.
    """

    address: str
    calendar: Calendar | None = None
    until: datetime | None = None

    @property
    def key(self) -> str:
        return self.address.strip().lower()


def registrations_of(session: Session, somebody: Somebody) -> list[Registration]:
    """As they stand now, in an order that is the same for everyone who locks their events."""
    query = select(Registration).where(func.lower(Registration.address) == somebody.key)
    if somebody.calendar is not None:
        query = query.where(Registration.event_id.in_(_events(somebody.calendar)))
    if somebody.until is not None:
        query = query.where(Registration.registered_at <= somebody.until)
    ordered = query.order_by(Registration.event_id, Registration.position)
    return list(session.scalars(ordered.execution_options(populate_existing=True)))


def link_requests_of(session: Session, somebody: Somebody) -> list[LinkRequest]:
    query = select(LinkRequest).where(func.lower(LinkRequest.address) == somebody.key)
    if somebody.calendar is not None:
        query = query.where(LinkRequest.event_id.in_(_events(somebody.calendar)))
    if somebody.until is not None:
        query = query.where(LinkRequest.requested_at <= somebody.until)
    return list(session.scalars(query.order_by(LinkRequest.id)))


def _events(calendar: Calendar) -> Select[UUID]:
    return select(Event.id).where(Event.calendar_id == calendar.id)
