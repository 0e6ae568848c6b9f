"""Asking once more those who have not answered: not too soon, not too often."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shared import clock, suppressions
from shared.invitations.sending import is_open, send_now
from shared.models import Event, Invitation, InvitationStatus
from shared.places import lock_places

# Long enough for people who read their mail twice a week.
NUDGE_AFTER = timedelta(days=3)
MOST_NUDGES = 2


def nudge(session: Session, event: Event, *, rule_id: UUID | None = None, languages: Sequence[str] = ()) -> int:
    """Ask once more everybody who was invited days ago and has not answered; 0 while nobody can register.

    Returns how many that are. Those beyond the daily limit are asked in the days that follow, after the invitations
    that wait, if they have not answered by then. `languages` leaves out those who are written to in others.
    """
    lock_places(session, event.id)
    if not is_open(event):
        return 0
    people = _silent(session, event, languages)
    unwanted = set(suppressions.suppressed(session, [one.address.lower() for one in people])) if people else set()
    asked = [one for one in people if one.address.lower() not in unwanted]
    for one in asked:
        one.nudge_wanted_at, one.nudge_rule_id = clock.now(), rule_id
    session.flush()
    if asked:
        send_now(session, event)
    return len(asked)


def _silent(session: Session, event: Event, languages: Sequence[str]) -> list[Invitation]:
    long_ago = clock.now() - NUDGE_AFTER
    query = select(Invitation).where(
        Invitation.event_id == event.id,
        Invitation.status == InvitationStatus.PENDING,
        Invitation.posted_at <= long_ago,
        or_(Invitation.nudged_at.is_(None), Invitation.nudged_at <= long_ago),
        Invitation.nudges < MOST_NUDGES,
        Invitation.nudge_wanted_at.is_(None),
        Invitation.undelivered_at.is_(None),
        *([Invitation.language.in_(languages)] if languages else []),
    )
    return list(session.scalars(query.order_by(Invitation.id)))
