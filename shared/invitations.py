"""Invitations: those who were asked to come and have not answered are asked once more."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.models import Event, Invitation, InvitationStatus, MessageKind
from shared.outbox import NewMessage

# Once in so many days at most.
NUDGE_AGAIN_AFTER = timedelta(days=3)


def to_be_nudged(event: Event) -> list[ColumnElement[bool]]:
    """Conditions on Invitation: whom a nudge would reach now."""
    rested = clock.now() - NUDGE_AGAIN_AFTER
    return [
        Invitation.event_id == event.id,
        Invitation.status == InvitationStatus.PENDING,
        Invitation.posted_at <= rested,
        or_(Invitation.nudged_at.is_(None), Invitation.nudged_at <= rested),
        Invitation.undelivered_at.is_(None),
    ]


def nudge(
    session: Session, event: Event, *, where: Sequence[ColumnElement[bool]] = (), rule_id: UUID | None = None
) -> int:
    """Ask those once more who have not answered. Returns how many. The caller holds the event's lock.

    `where`: more conditions on Invitation.
    """
    found = session.scalars(select(Invitation).where(*to_be_nudged(event), *where)).all()
    for invitation in found:
        invitation.nudged_at = clock.now()
    day = f"{clock.now():%Y%m%d}"
    messages = [
        NewMessage(
            event.id,
            None,
            MessageKind.NUDGE,
            day,
            expires_at=event.starts_at,
            invitation_id=invitation.id,
            rule_id=rule_id,
        )
        for invitation in found
    ]
    return outbox.post(session, messages)
