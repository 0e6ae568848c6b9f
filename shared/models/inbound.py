"""What came back: bounces, complaints, answers of calendars; and personal feeds."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared import clock
from shared.models.declarative import Identified, Model


class InboundStatus(StrEnum):
    NEW = "new"
    DONE = "done"
    IGNORED = "ignored"
    FAILED = "failed"


class InboundMail(Identified, Model):
    """A mail that arrived, kept raw for 30 days. `digest` (SHA-256 of its Message-ID, or of all of it) makes it one.

    `kind` (bounce, complaint, reply, counter, canary, other) and `outcome`, in words, are set once it was read.
    """

    __tablename__ = "inbound_mail"

    received_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    sender: Mapped[str]
    recipient: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    octets: Mapped[bytes]
    status: Mapped[str] = mapped_column(default=InboundStatus.NEW)
    kind: Mapped[str | None]
    outcome: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), index=True)
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"), index=True)

    __table_args__ = (Index("ix_inbound_mail_new", "received_at", postgresql_where=text("status = 'new'")),)


class PersonalFeed(Identified, Model):
    """A secret feed of every event one address is registered for. Revoking it is deleting it."""

    __tablename__ = "personal_feed"

    address: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (Index("uq_personal_feed_lower_address", text("lower(address)"), unique=True),)
