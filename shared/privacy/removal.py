"""People go with all that hangs on them, and the numbers they were counted in stay, naming nobody."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Delete, delete, func, select, update
from sqlalchemy.orm import Session

from shared import outbox, tallies
from shared.models import EventPlaces, EventTally, InboundMail, Invitation, Message, Registration, Speaker

# The dimensions whose values people bring along, with those that have the same ones.
_TYPED = {tallies.CITY: (tallies.CITY,), tallies.SOURCE: (tallies.SOURCE, tallies.JOINED_FROM)}


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


def unname_rare(session: Session, event_id: UUID, *, fewer_than: int) -> int:
    """What is typed freely, cities and sources, may tell who came where few share it. It is counted on, under a name
    that says nothing.

    For an event without registrations. Returns how many names went.
    """
    return sum(_unname(session, event_id, name, _rare(session, event_id, name, fewer_than)) for name in _TYPED)


def unname_lost(session: Session, event_id: UUID, cities: set[str], sources: set[str]) -> int:
    """The same where registrations are left: of these values, those that nobody registered has any more.

    Names go as well that somebody corrected away. Holds the event's lock.
    """
    lost = {
        tallies.CITY: cities - _cities_in_use(session, event_id, cities),
        tallies.SOURCE: sources - _sources_in_use(session, event_id, sources),
    }
    return sum(_unname(session, event_id, name, lost[name].union(_rare(session, event_id, name, 1))) for name in _TYPED)


def _cities_in_use(session: Session, event_id: UUID, values: set[str]) -> set[str]:
    cities = {tallies.country_and_city(value)[1] for value in values}
    query = select(Registration.country, Registration.city).distinct()
    found = session.execute(query.where(Registration.event_id == event_id, Registration.city.in_(cities)))
    return {tallies.city_value(country, city) for country, city in found}


def _sources_in_use(session: Session, event_id: UUID, values: set[str]) -> set[str]:
    query = select(Registration.came_from).distinct()
    of_event = Registration.event_id == event_id, Registration.came_from.in_(values)
    return {value for value in session.scalars(query.where(*of_event)) if value}


def _rare(session: Session, event_id: UUID, dimension: str, fewer_than: int) -> list[str]:
    query = select(EventTally.value).where(EventTally.event_id == event_id, EventTally.dimension == dimension)
    found = session.scalars(query.group_by(EventTally.value).having(func.sum(EventTally.count) < fewer_than))
    return [value for value in found if tallies.names_something(dimension, value)]


def _unname(session: Session, event_id: UUID, dimension: str, values: Collection[str]) -> int:
    of_event = EventTally.event_id == event_id, EventTally.dimension.in_(_TYPED[dimension])
    for value in values:
        row = EventTally.value == value
        session.execute(delete(EventTally).where(*of_event, row, EventTally.count == 0))
        unnamed = tallies.without_name(dimension, value)
        session.execute(update(EventTally).where(*of_event, row).values(value=unnamed))
    return len(values)
