"""People go with all that hangs on them, and the numbers they were counted in stay, naming nobody."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, CursorResult, Delete, delete, func, select, update
from sqlalchemy.orm import Session

from shared import outbox, tallies
from shared.models import EventPlaces, EventTally, InboundMail, Invitation, Message, Registration, Speaker

CITY = "city"


def remove(session: Session, places: EventPlaces, ids: Sequence[UUID]) -> Counter[str]:
    """Delete registrations of one event, their messages, and what came back to those; how many rows of each table went.

    The caller holds the event's lock. Places and tallies stay as they are: whoever should give a place back was
    cancelled before.
    """
    removed = remove_mail(session, Message.registration_id.in_(ids))
    # What came back about them without naming a mail: answers of calendars.
    answers = delete(InboundMail).where(InboundMail.registration_id.in_(ids))
    removed["inbound_mail"] += rows(session, answers)
    removed["registration"] = rows(session, delete(Registration).where(Registration.id.in_(ids)))
    places.version += 1
    return removed


def remove_invitations(session: Session, ids: Sequence[UUID]) -> Counter[str]:
    """Delete invitations and the mails to them. The caller holds the event's lock, so that none leaves meanwhile."""
    removed = remove_mail(session, Message.invitation_id.in_(ids))
    removed["invitation"] = rows(session, delete(Invitation).where(Invitation.id.in_(ids)))
    return removed


def remove_speakers(session: Session, ids: Sequence[UUID]) -> Counter[str]:
    """Delete how people on the programme are reached, and the mails to them. The programme goes on naming them."""
    removed = remove_mail(session, Message.speaker_id.in_(ids))
    removed["speaker"] = rows(session, delete(Speaker).where(Speaker.id.in_(ids)))
    return removed


def remove_mail(session: Session, *which: ColumnElement[bool]) -> Counter[str]:
    """Delete messages and what came back to them; they stay counted."""
    outbox.withdraw(session, *which)
    came_back = delete(InboundMail).where(InboundMail.message_id.in_(select(Message.id).where(*which)))
    inbound = rows(session, came_back)
    return Counter({"inbound_mail": inbound, "message": rows(session, delete(Message).where(*which))})


def rows(session: Session, statement: Delete) -> int:
    """How many this deletes."""
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def unname_cities(session: Session, event_id: UUID, *, named_by_fewer_than: int) -> int:
    """Cities are typed freely, so a rare one may tell who came. It is counted on, under a name that says nothing.

    For an event without registrations. Returns how many names went.
    """
    return _unname(session, event_id, _named_by_fewer_than(session, event_id, named_by_fewer_than))


def unname_lost_cities(session: Session, event_id: UUID, cities: set[str]) -> int:
    """The same where registrations are left: of these cities, those that nobody registered names any more.

    Names go as well that somebody corrected away. Holds the event's lock.
    """
    in_use = select(Registration.city).where(Registration.event_id == event_id, Registration.city.in_(cities))
    lost = cities - set(session.scalars(in_use.distinct()))
    return _unname(session, event_id, lost.union(_named_by_fewer_than(session, event_id, 1)))


def _named_by_fewer_than(session: Session, event_id: UUID, most: int) -> Sequence[str]:
    is_named = EventTally.value != tallies.NONE, EventTally.value.not_like(f"{tallies.UNNAMED}%")
    query = select(EventTally.value).where(EventTally.event_id == event_id, EventTally.dimension == CITY, *is_named)
    return session.scalars(query.group_by(EventTally.value).having(func.sum(EventTally.count) < most)).all()


def _unname(session: Session, event_id: UUID, values: Collection[str]) -> int:
    of_event = EventTally.event_id == event_id, EventTally.dimension == CITY
    for value in values:
        row = EventTally.value == value
        session.execute(delete(EventTally).where(*of_event, row, EventTally.count == 0))
        unnamed = f"{tallies.UNNAMED}{uuid4().hex[:12]}"
        session.execute(update(EventTally).where(*of_event, row).values(value=unnamed))
    return len(values)
