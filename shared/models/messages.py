"""The outbox: one row for each mail to one address, with its whole life; and the addresses not to be mailed."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared import clock
from shared.models.declarative import Identified, Model
from shared.models.events import Event, Speaker
from shared.models.invitations import Invitation
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
    # To people who were asked to come.
    INVITATION = "invitation"
    NUDGE = "nudge"
    # Written by organisers, or sent by a rule.
    FOLLOW_UP = "follow-up"
    NOTICE = "notice"
    # To speakers.
    CALL_SHEET = "call-sheet"
    CALL_SHEET_WITHDRAWN = "call-sheet-withdrawn"
    # Answers to what calendars and mailboxes sent back.
    DECLINED = "declined"
    ENTRY_AGAIN = "entry-again"
    PERSONAL_FEED = "personal-feed"
    # To the organisers, and to ourselves.
    COUNTER_PROPOSAL = "counter-proposal"
    QUEUE_WARNING = "queue-warning"
    TEST = "test"
    # To an organiser who has to choose a password.
    WELCOME = "welcome"
    CANARY = "canary"


# These put an entry into the calendar of whoever gets them (METHOD:REQUEST, RFC 5546 section 3.2.2).
INVITING = frozenset(
    {
        MessageKind.CONFIRMATION,
        MessageKind.PROMOTION,
        MessageKind.CHANGE,
        MessageKind.ENTRY_AGAIN,
        MessageKind.CALL_SHEET,
    }
)
# These take it out again, where their facts say that there is one (METHOD:CANCEL, section 3.2.5).
TAKING_BACK = frozenset(
    {MessageKind.CANCELLATION, MessageKind.REGISTRATION_CANCELLED, MessageKind.CALL_SHEET_WITHDRAWN}
)


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

    Goes to exactly one of: a registration, an invitation, a speaker, or a bare `address` (of the team, or our own).
    `event_id` is null for what concerns no event. `revision` is the event's at the moment it left.

    `lease_until` is set while the message stands in a job or a worker holds it; once past, another may take it.
    """

    __tablename__ = "message"

    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    speaker_id: Mapped[UUID | None] = mapped_column(ForeignKey("speaker.id", ondelete="CASCADE"))
    address: Mapped[str | None]
    # The rule that sent it, whose texts it has. No foreign key: a rule may go, and its mail stays.
    rule_id: Mapped[UUID | None]
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
    revision: Mapped[int | None]
    # What came back later, in the words of whoever sent it back.
    bounced_at: Mapped[datetime | None]
    bounce: Mapped[str | None]
    # When somebody first used a link of this mail, rather than a program that scans mail.
    opened_at: Mapped[datetime | None]

    event: Mapped[Event | None] = relationship()
    registration: Mapped[Registration | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    speaker: Mapped[Speaker | None] = relationship()

    __table_args__ = (
        CheckConstraint("num_nonnulls(registration_id, invitation_id, speaker_id, address) = 1", name="one_recipient"),
        Index("uq_message_recipient_kind_occasion", "registration_id", "kind", "occasion", unique=True),
        Index(
            "uq_message_invitation_kind_occasion",
            *("invitation_id", "kind", "occasion"),
            unique=True,
            postgresql_where=text("invitation_id is not null"),
        ),
        Index(
            "uq_message_speaker_kind_occasion",
            *("speaker_id", "kind", "occasion"),
            unique=True,
            postgresql_where=text("speaker_id is not null"),
        ),
        Index(
            "uq_message_address_kind_occasion",
            *("address", "kind", "occasion"),
            unique=True,
            postgresql_where=text("address is not null"),
        ),
        # The dispatcher's look at the outbox reads this index only, in its order; it holds what is not done yet.
        Index(
            "ix_message_outbox", "priority", "due_at", "id", postgresql_where=text("status in ('pending', 'sending')")
        ),
        # What an event still has to send: read by its snapshot, its changes and its cancellation.
        Index("ix_message_waiting", "event_id", "due_at", postgresql_where=text("status in ('pending', 'sending')")),
        Index("ix_message_event_id_id", "event_id", "id"),
    )


class MailTally(Model):
    """How many messages of one event and kind are in each status, kept in the transaction that changes them.

    What rules send is counted by `occasion` too, one from the other; for other kinds it is empty. Each process adds to
    a `shard` of its own, so that workers never wait for each other here; whoever reads adds them up.
    """

    __tablename__ = "mail_tally"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    occasion: Mapped[str] = mapped_column(primary_key=True, server_default=text("''"))
    status: Mapped[str] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default=text("0"))
    count: Mapped[int]

    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)


class Heartbeat(Model):
    """A running dispatcher or worker, by its own word: stale rows are processes that died."""

    __tablename__ = "heartbeat"

    process: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    seen_at: Mapped[datetime]
    # How many mails the server takes from this worker in a minute of sending; None where it sent none lately.
    mails_per_minute: Mapped[float | None]


class SystemMark(Model):
    """When something that concerns the whole installation happened last: a backup, for example."""

    __tablename__ = "system_mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))


class Suppression(Model):
    """An address that gets nothing but what its own registrations require.

    Only a keyed SHA-256 of it is kept: enough to know it again, and nothing to erase when the person is erased.
    """

    __tablename__ = "suppression"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
