"""Invitations: named people who were asked to register."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared import clock
from shared.models.declarative import Identified, Model
from shared.models.events import Event
from shared.models.registrations import Registration


class InvitationStatus(StrEnum):
    """`withdrawn`, by an organiser: its link leads nowhere any more, and the address may be invited anew."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Invitation(Identified, Model):
    """One address that was asked to come to one event.

    `posted_at` is when its mail was written into the outbox; None while it waits for its day (there is a daily limit).
    `registration_id` is what came of it. `nudge_wanted_at` is set while it waits to be asked once more, by the rule
    `nudge_rule_id` if one wanted it; `nudges` is how often it was.
    """

    __tablename__ = "invitation"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    address: Mapped[str]
    name: Mapped[str | None]
    language: Mapped[str]
    status: Mapped[str] = mapped_column(default=InvitationStatus.PENDING)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    posted_at: Mapped[datetime | None]
    nudged_at: Mapped[datetime | None]
    nudges: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    nudge_wanted_at: Mapped[datetime | None]
    nudge_rule_id: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    # Since when mail to it has been refused or has bounced.
    undelivered_at: Mapped[datetime | None]
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"), index=True)

    event: Mapped[Event] = relationship()
    registration: Mapped[Registration | None] = relationship()

    __table_args__ = (
        Index("uq_invitation_event_id_lower_address", "event_id", text("lower(address)"), unique=True),
        Index(
            "ix_invitation_unposted",
            "event_id",
            "id",
            postgresql_where=text("posted_at is null and status = 'pending'"),
        ),
        Index("ix_invitation_posted_at", "event_id", "posted_at"),
        # Both hold few rows, or none.
        Index("ix_invitation_nudged_at", "event_id", "nudged_at", postgresql_where=text("nudged_at is not null")),
        Index("ix_invitation_nudge_wanted", "event_id", "id", postgresql_where=text("nudge_wanted_at is not null")),
    )
