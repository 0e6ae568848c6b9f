"""An event's places: the one lock, and the one way a registration's status changes under it."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from shared import clock, questions, tallies
from shared.errors import NotFound
from shared.models import EventPlaces, Message, Registration, RegistrationStatus

# Made once: SQLAlchemy then knows it again without looking at it.
_LOCKING = (
    select(EventPlaces)
    .where(EventPlaces.event_id == bindparam("event_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def lock_places(session: Session, event_id: UUID) -> EventPlaces:
    """Hold the event's places until the transaction ends. Always the first lock taken."""
    places = session.scalar(_LOCKING, {"event_id": event_id})
    if places is None:
        raise NotFound("There is no such event. It may have been removed; look at the calendar.")
    return places


def newcomers_status(places: EventPlaces) -> RegistrationStatus:
    """What somebody gets who comes at this moment."""
    return RegistrationStatus.CONFIRMED if places.is_open_to_newcomers else RegistrationStatus.WAITLISTED


def next_position(places: EventPlaces) -> int:
    """The place in the order of commit, which is the order of the waiting list."""
    places.last_position += 1
    return places.last_position


def count(places: EventPlaces, status: str, change: int) -> None:
    setattr(places, status, getattr(places, status) + change)


def change_status(
    session: Session, places: EventPlaces, registrations: Sequence[Registration], to: RegistrationStatus
) -> None:
    """The only way a registration's status changes after it was made: rows, places and tallies together.

    The caller holds the event's lock (`places`), and has set whatever else changes with the status.
    """
    if not registrations:
        return
    now, changes, asked = clock.now(), Counter[tallies.Cell](), questions.behind(registrations)
    for registration in registrations:
        before, cells_before = registration.status, tallies.cells(registration, asked)
        registration.status = to
        count(places, before, -1)
        count(places, to, +1)
        changes.update(tallies.moved(cells_before, tallies.cells(registration, asked)))
        changes.update(tallies.activity(before, to, now))
    places.version += 1
    session.flush()
    tallies.add(session, places.event_id, changes)


def remove(session: Session, places: EventPlaces, registrations: Sequence[Registration]) -> None:
    """Delete registrations that came to nothing, as if they had never been; their messages go with them.

    The caller holds the event's lock.
    """
    if not registrations:
        return
    changes, asked = Counter[tallies.Cell](), questions.behind(registrations)
    tallies.add_mail(session, _mail_of(session, registrations))
    for registration in registrations:
        count(places, registration.status, -1)
        changes.subtract(tallies.born([registration], registration.registered_at, asked))
        session.delete(registration)
    places.version += 1
    session.flush()
    tallies.add(session, places.event_id, changes)


def _mail_of(session: Session, registrations: Sequence[Registration]) -> Counter[tallies.MailCell]:
    """What the mail tally loses when these go, and their messages with them."""
    ids = [registration.id for registration in registrations]
    cell = (Message.event_id, Message.kind, Message.occasion, Message.status)
    found = session.execute(select(*cell, func.count()).where(Message.registration_id.in_(ids)).group_by(*cell))
    lost = Counter[tallies.MailCell]()
    for event_id, kind, occasion, status, number in found:
        lost[tallies.mail_cell(event_id, kind, occasion, status)] -= number
    return lost
