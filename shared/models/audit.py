"""Who did what, when: every organiser action that people notice; and who was erased, without saying who."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared import clock
from shared.models.declarative import Identified, Model


class Erasure(Identified, Model):
    """A person was erased on request: what of them was removed, as counts by table, and nothing of them.

    `digest` is a keyed SHA-256 of the address, so that the erasure can be done again after a backup was restored.
    `calendar_id` is null where it was of all calendars; no foreign key, for it may come from another database's list.
    """

    __tablename__ = "erasure"

    digest: Mapped[bytes] = mapped_column(index=True)
    calendar_id: Mapped[UUID | None]
    erased_at: Mapped[datetime] = mapped_column(default=clock.now)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class AuditEntry(Identified, Model):
    """`facts` never hold an attendee's name or address. `organiser_id` is null where the command line did it."""

    __tablename__ = "audit_entry"

    at: Mapped[datetime] = mapped_column(default=clock.now)
    organiser_id: Mapped[UUID | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))
    calendar_id: Mapped[UUID | None] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"))
    action: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (Index("ix_audit_entry_calendar_id_id", "calendar_id", "id"),)
