"""The outbox: one row for each mail to one address, with its whole life; and the addresses not to be mailed."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared import clock
from shared.models.declarative import Identified, Model
from shared.models.events import Event
from shared.models.registrations import Registration


class MessageKind(StrEnum):
    CONFIRMATION = "confirmation"
    WAITING_LIST = "waiting-list"
    PROMOTION = "promotion"
    REMINDER = "reminder"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    REGISTRATION_CANCELLED = "registration-cancelled"
    LINK_AGAIN = "link-again"
    VERIFICATION = "verification"
    OFFER = "offer"
    OFFER_LAPSED = "offer-lapsed"


class MessageStatus(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    WITHDRAWN = "withdrawn"


class Message(Identified, Model):
    """`occasion` says which of several mails of one kind this is: the database refuses a second copy.

    `lease_until` is set while the message stands in a job or a worker holds it; once past, another may take it.
    """

    __tablename__ = "message"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    kind: Mapped[str]
    occasion: Mapped[str]
    # The smaller, the sooner.
    priority: Mapped[int]
    status: Mapped[str] = mapped_column(default=MessageStatus.PENDING)
    sequence: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    # What the mail server answered last, as it said it.
    reply: Mapped[str | None]

    event: Mapped[Event] = relationship()
    registration: Mapped[Registration] = relationship()

    __table_args__ = (
        Index("uq_message_recipient_kind_occasion", "registration_id", "kind", "occasion", unique=True),
        # The dispatcher's look at the outbox reads this index only; it holds what is not done yet.
        Index("ix_message_outbox", "priority", "due_at", postgresql_where=text("status in ('pending', 'sending')")),
        # What an event still has to send: read by its snapshot, its changes and its cancellation.
        Index("ix_message_waiting", "event_id", "due_at", postgresql_where=text("status in ('pending', 'sending')")),
        Index("ix_message_event_id_id", "event_id", "id"),
    )


class MailTally(Model):
    """How many messages of one event and kind are in each status, kept in the transaction that changes them.

    Reminders are counted by `occasion` too, one reminder from the other; for other kinds it is empty.
    """

    __tablename__ = "mail_tally"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    occasion: Mapped[str] = mapped_column(primary_key=True, server_default=text("''"))
    status: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]

    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)


class Heartbeat(Model):
    """A running dispatcher or worker, by its own word: stale rows are processes that died."""

    __tablename__ = "heartbeat"

    process: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    seen_at: Mapped[datetime]


class Suppression(Model):
    """An address that gets nothing but what its own registrations require.

    Only a keyed SHA-256 of it is kept: enough to know it again, and nothing to erase when the person is erased.
    """

    __tablename__ = "suppression"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
