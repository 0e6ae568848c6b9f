"""A person, as far as the platform knows people: an address, at one calendar or at all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from shared.models import Calendar, Event, Invitation, LinkRequest, Message, PersonalFeed, Registration, Speaker


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
        query = query.where(Registration.event_id.in_(events_of(somebody.calendar)))
    if somebody.until is not None:
        query = query.where(Registration.registered_at <= somebody.until)
    ordered = query.order_by(Registration.event_id, Registration.position)
    return list(session.scalars(ordered.execution_options(populate_existing=True)))


def link_requests_of(session: Session, somebody: Somebody) -> list[LinkRequest]:
    query = select(LinkRequest).where(func.lower(LinkRequest.address) == somebody.key)
    if somebody.calendar is not None:
        query = query.where(LinkRequest.event_id.in_(events_of(somebody.calendar)))
    if somebody.until is not None:
        query = query.where(LinkRequest.requested_at <= somebody.until)
    return list(session.scalars(query.order_by(LinkRequest.id)))


def invitations_of(session: Session, somebody: Somebody) -> list[Invitation]:
    query = select(Invitation).where(func.lower(Invitation.address) == somebody.key, *_where(somebody, Invitation))
    if somebody.until is not None:
        query = query.where(Invitation.created_at <= somebody.until)
    return list(session.scalars(query.order_by(Invitation.id)))


def speakers_of(session: Session, somebody: Somebody) -> list[Speaker]:
    """Where they can be written to as somebody on the programme."""
    query = select(Speaker).where(func.lower(Speaker.address) == somebody.key, *_where(somebody, Speaker))
    if somebody.until is not None:
        query = query.where(Speaker.id <= latest_id(somebody.until))
    return list(session.scalars(query.order_by(Speaker.id)))


def messages_of(session: Session, somebody: Somebody) -> list[Message]:
    """Mails to the bare address, as those to organisers are; the others hang on what they were for."""
    query = select(Message).where(func.lower(Message.address) == somebody.key, *_where(somebody, Message))
    if somebody.until is not None:
        query = query.where(Message.created_at <= somebody.until)
    return list(session.scalars(query.order_by(Message.id)))


def participations_of(session: Session, somebody: Somebody) -> list[Registration]:
    """Registrations whose calendar entry was answered from this address, which need not be theirs."""
    is_theirs = func.lower(Registration.participation_address) == somebody.key
    query = select(Registration).where(is_theirs, *_where(somebody, Registration))
    if somebody.until is not None:
        answered_at = func.coalesce(Registration.participation_at, Registration.registered_at)
        query = query.where(answered_at <= somebody.until)
    return list(session.scalars(query.order_by(Registration.id)))


def feeds_of(session: Session, somebody: Somebody) -> list[PersonalFeed]:
    """The secret feed is of all calendars: one of them alone neither shows nor takes it away."""
    if somebody.calendar is not None:
        return []
    query = select(PersonalFeed).where(func.lower(PersonalFeed.address) == somebody.key)
    if somebody.until is not None:
        query = query.where(PersonalFeed.created_at <= somebody.until)
    return list(session.scalars(query))


def _where(
    somebody: Somebody, table: type[Registration | Invitation | Speaker | Message]
) -> Sequence[ColumnElement[bool]]:
    return () if somebody.calendar is None else (table.event_id.in_(events_of(somebody.calendar)),)


def latest_id(moment: datetime) -> UUID:
    """The largest UUIDv7 of this millisecond (RFC 9562 section 5.7): the age of rows that hold no moment."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (1 << 80) - 1)


def events_of(calendar: Calendar) -> Select[UUID]:
    return select(Event.id).where(Event.calendar_id == calendar.id)
