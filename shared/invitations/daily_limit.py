"""How many invitations of one event may leave in any 24 hours, those that ask once more among them.

A mail provider distrusts a sender that suddenly writes to thousands of strangers, and then the reminders suffer.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared import clock
from shared.models import Event, Invitation, InvitationStatus
from shared.settings import get_settings

WINDOW = timedelta(hours=24)
_Moment = InstrumentedAttribute[datetime | None]


def per_day(event: Event) -> int:
    own = event.invitations_per_day
    return get_settings().invitations_per_day if own is None else own


def allowance(session: Session, event: Event) -> int:
    """How many may leave now."""
    left = sum(
        session.scalar(select(func.count()).where(Invitation.event_id == event.id, _is_recent(column))) or 0
        for column in (Invitation.posted_at, Invitation.nudged_at)
    )
    return max(0, per_day(event) - left)


def _is_recent(column: _Moment) -> ColumnElement[bool]:
    return column > clock.now() - WINDOW


def waiting(session: Session, event: Event) -> int:
    query = select(func.count()).where(Invitation.event_id == event.id, is_waiting())
    return session.scalar(query) or 0


def is_waiting() -> ColumnElement[bool]:
    """Not sent yet. In the words of its index, which PostgreSQL must see in the statement itself."""
    pending = literal(InvitationStatus.PENDING, literal_execute=True)
    return Invitation.posted_at.is_(None) & (Invitation.status == pending)


def leaves_by(session: Session, event: Event, more: int) -> datetime | None:
    """When the last one leaves of all that wait and so many more, were nothing else sent; None where none would."""
    count, most = waiting(session, event) + more, per_day(event)
    if not count or not most:
        return None
    opens_at, now = event.registration_opens_at, clock.now()
    return last_moment(_left(session, event), count, most=most, now=max(opens_at, now) if opens_at else now)


def _left(session: Session, event: Event) -> list[datetime]:
    moments: list[datetime] = []
    for column in (Invitation.posted_at, Invitation.nudged_at):
        query = select(column).where(Invitation.event_id == event.id, _is_recent(column))
        moments += [moment for moment in session.scalars(query) if moment is not None]
    return moments


def last_moment(left: Iterable[datetime], count: int, *, most: int, now: datetime) -> datetime:
    """When the last of `count` leaves, with at most `most` in any 24 hours, after those that left at these moments."""
    latest = deque(sorted(left), maxlen=most)
    for _ in range(count):
        latest.append(max(now, latest[0] + WINDOW) if len(latest) == most else now)
    return latest[-1]
