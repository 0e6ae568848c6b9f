"""The audit log: written in the transaction of the action it tells of."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from shared.models import AuditEntry, Event, Organiser


def record(
    session: Session,
    action: str,
    *,
    by: Organiser | None,
    event: Event | None = None,
    calendar_id: UUID | None = None,
    **facts: Any,
) -> AuditEntry:
    """Facts are plain JSON values, and never an attendee's name or address."""
    entry = AuditEntry(
        action=action,
        organiser_id=by.id if by else None,
        event_id=event.id if event else None,
        calendar_id=event.calendar_id if event else calendar_id,
        facts=facts,
    )
    session.add(entry)
    return entry
