"""Invitations: those who were asked to come and have not answered are asked once more."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.models import Event, Invitation, InvitationStatus, MessageKind
from shared.outbox import NewMessage

# Once in so many days at most.
NUDGE_AFTER = timedelta(days=3)


def nudge(session: Session, event: Event, *, rule_id: UUID | None = None, languages: Sequence[str] = ()) -> int:
    """Ask those once more who have not answered. Returns how many. The caller holds the event's lock."""
    now, long_ago = clock.now(), clock.now() - NUDGE_AFTER
    query = select(Invitation).where(
        Invitation.event_id == event.id,
        Invitation.status == InvitationStatus.PENDING,
        Invitation.posted_at <= long_ago,
        or_(Invitation.nudged_at.is_(None), Invitation.nudged_at <= long_ago),
        Invitation.undelivered_at.is_(None),
        *([Invitation.language.in_(languages)] if languages else []),
    )
    found = session.scalars(query).all()
    for invitation in found:
        invitation.nudged_at = now
    messages = [
        NewMessage(
            event.id,
            None,
            MessageKind.NUDGE,
            f"{now:%Y%m%d}",
            expires_at=event.starts_at,
            invitation_id=invitation.id,
            rule_id=rule_id,
        )
        for invitation in found
    ]
    return outbox.post(session, messages)
