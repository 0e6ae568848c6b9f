"""What must be true of an event's rows at every moment, whoever wrote them: counts, order, and nobody twice."""

from collections import Counter, defaultdict
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import tallies
from shared.models import (
    EventPlaces,
    EventTally,
    MailTally,
    Message,
    MessageKind,
    MessageStatus,
    Registration,
    RegistrationStatus,
)

# What a person was told of their registration, by what became of it; mails that were withdrawn were never sent.
_TRUE = {
    RegistrationStatus.CONFIRMED: ([MessageKind.CONFIRMATION], [MessageKind.PROMOTION]),
    RegistrationStatus.WAITLISTED: ([MessageKind.WAITING_LIST],),
    RegistrationStatus.CANCELLED: ([MessageKind.REGISTRATION_CANCELLED],),
}
_STANDING = {kind for kinds in _TRUE.values() for [kind] in kinds}
DIMENSIONS = ("audience", "country", "city", "time_zone")


def assert_counts_are_true(session: Session, event_id: UUID) -> None:
    """Everything that is kept as a number equals what counting the rows gives."""
    session.expire_all()
    people = everyone(session, event_id)
    places = session.get_one(EventPlaces, event_id)
    by_status = Counter(one.status for one in people)
    assert {status: getattr(places, status) for status in RegistrationStatus} == {
        status: by_status[status] for status in RegistrationStatus
    }
    assert places.last_position == max([one.position for one in people], default=0)
    assert _tallied(session, event_id) == _counted(people)
    assert _mail_tallied(session, event_id) == _mail_counted(session, event_id)


def assert_nobody_twice(session: Session, event_id: UUID) -> None:
    live = Counter(one.address.lower() for one in everyone(session, event_id) if one.status != "cancelled")
    assert [address for address, times in live.items() if times > 1] == []


def assert_places_are_kept(session: Session, event_id: UUID) -> None:
    """Nobody waits while a place is free, nobody has one that is not there, and who waits came after who has one.

    For an event that takes place, whose places were never lowered below the number taken.
    """
    places = session.get_one(EventPlaces, event_id, populate_existing=True)
    assert places.places is not None
    assert places.confirmed <= places.places
    assert places.confirmed == places.places or places.waitlisted == 0


def assert_mail_tells_the_truth(session: Session, event_id: UUID) -> None:
    """Of the mails that give a place, put on the list or take away, each person has one that stands: the present."""
    standing: defaultdict[UUID, list[str]] = defaultdict(list)
    for message in session.query(Message).filter(Message.event_id == event_id, Message.kind.in_(_STANDING)):
        if message.status != MessageStatus.WITHDRAWN:
            standing[message.registration_id].append(message.kind)
    wrong = {
        one.address: standing[one.id]
        for one in everyone(session, event_id)
        if sorted(standing[one.id]) not in _TRUE[RegistrationStatus(one.status)]
    }
    assert wrong == {}


def everyone(session: Session, event_id: UUID) -> list[Registration]:
    """In the order of commit, as they are in the database at this moment."""
    query = select(Registration).where(Registration.event_id == event_id).order_by(Registration.position)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _tallied(session: Session, event_id: UUID) -> Counter[tuple[str, str, str]]:
    query = select(EventTally).where(EventTally.event_id == event_id, EventTally.dimension.in_(DIMENSIONS))
    return +Counter({(row.dimension, row.value, row.status): row.count for row in session.scalars(query)})


def _counted(people: list[Registration]) -> Counter[tuple[str, str, str]]:
    return Counter(
        (dimension, getattr(one, dimension) or tallies.NONE, one.status) for one in people for dimension in DIMENSIONS
    )


def _mail_tallied(session: Session, event_id: UUID) -> Counter[tuple[str, str]]:
    query = select(MailTally).where(MailTally.event_id == event_id)
    return +Counter({(row.kind, row.status): row.count for row in session.scalars(query)})


def _mail_counted(session: Session, event_id: UUID) -> Counter[tuple[str, str]]:
    query = select(Message.kind, Message.status, func.count()).where(Message.event_id == event_id)
    return Counter(
        {(kind, status): count for kind, status, count in session.execute(query.group_by(Message.kind, Message.status))}
    )
