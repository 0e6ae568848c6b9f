"""What people's calendars answered: the last answer to the entry they hold (RFC 5545 section 3.2.12)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.models import Event, Registration, RegistrationStatus
from shared.schemas.mail import Participations

ACCEPTED, TENTATIVE, DECLINED = ANSWERS = ("accepted", "tentative", "declined")


def note(
    session: Session, registration: Registration, answer: str, *, sequence: int, stamp: datetime, address: str
) -> None:
    """`stamp` is when they answered, `address` from where: it may be an alias. The caller holds the event's lock."""
    registration.participation = answer
    registration.participation_sequence = sequence
    registration.participation_at = stamp
    registration.participation_address = address
    session.flush()


def counts(session: Session, event: Event) -> Participations:
    """Of those who have a place."""
    query = select(Registration.participation, func.count()).where(
        Registration.event_id == event.id,
        Registration.status == RegistrationStatus.CONFIRMED,
        Registration.participation.in_(ANSWERS),
    )
    found = session.execute(query.group_by(Registration.participation))
    return Participations(**{str(answer): count for answer, count in found})
