"""Registrations: one address at one event; the consent they rest on; requests for one's own link."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared import clock
from shared.models.declarative import Identified, Model
from shared.models.events import Event


class RegistrationStatus(StrEnum):
    """pending ─ address verified ─► confirmed, or waitlisted ─► offered ─► confirmed; any of them ─► cancelled.

    A pending one holds no place: nobody has answered from its address yet. An offered one holds a place that was
    freed, until `answer_by`.
    """

    PENDING = "pending"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


# Whoever is in one of these has a place that nobody else can have.
HOLDING = (RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED)
# Whoever is in one of these is asked for an answer until `answer_by`.
ASKED = (RegistrationStatus.PENDING, RegistrationStatus.OFFERED)


class RegistrationSource(StrEnum):
    PAGE = "page"
    API = "api"
    ORGANISER = "organiser"
    IMPORT = "import"


class Registration(Identified, Model):
    __tablename__ = "registration"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    # The order of commit at this event, given out under the event's lock: the waiting list's order.
    position: Mapped[int]
    status: Mapped[str]
    source: Mapped[str]
    address: Mapped[str]
    name: Mapped[str]
    organisation: Mapped[str | None]
    city: Mapped[str | None]
    country: Mapped[str | None]
    # What led them here: the utm_source of the link they followed, else the host of its page; None: nothing known.
    came_from: Mapped[str | None]
    audience: Mapped[str | None]
    language: Mapped[str]
    time_zone: Mapped[str | None]
    # What the event's questions were answered with, by the key of the question (shared/questions.py has the shapes).
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    # The text that was agreed to, and when; None where an organiser registered somebody who had agreed elsewhere.
    # Names a row of `consent_text`; no foreign key, because its check would cost the crowd a look-up for each insert.
    consent_version: Mapped[str | None]
    consented_at: Mapped[datetime | None]
    # Until when a pending or offered one must be confirmed.
    answer_by: Mapped[datetime | None]
    # Came in a way that people seldom do: shown to the organiser, and counted.
    is_suspect: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # The SEQUENCE of the calendar entry this person holds or is about to get (RFC 5545 section 3.8.7.4).
    sequence: Mapped[int] = mapped_column(default=0)
    # The ledger: SEQUENCE and event revision of the entry that was sent last; None where they hold none.
    entry_sequence: Mapped[int | None]
    entry_revision: Mapped[int | None]
    # What their calendar answered (RFC 5545 section 3.2.12), from which address, for which SEQUENCE, and its DTSTAMP.
    participation: Mapped[str | None]
    participation_address: Mapped[str | None]
    participation_sequence: Mapped[int | None]
    participation_at: Mapped[datetime | None]
    # Since when mail that they need has been refused or has bounced; None again once they show that they read it.
    undelivered_at: Mapped[datetime | None]
    # When an organiser corrected the address last: mail from before went to another one.
    readdressed_at: Mapped[datetime | None]
    # When they first pressed the button behind their join link.
    joined_at: Mapped[datetime | None]
    registered_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()

    def forget_participation(self) -> None:
        """What their calendar answered was about something else: they are asked anew."""
        self.participation = self.participation_address = None
        self.participation_sequence = self.participation_at = None

    __table_args__ = (
        Index(
            "uq_registration_lower_address_event_id",
            text("lower(address)"),
            "event_id",
            unique=True,
            postgresql_where=text("status <> 'cancelled'"),
        ),
        Index("uq_registration_event_id_position", "event_id", "position", unique=True),
        Index("ix_registration_waiting", "event_id", "position", postgresql_where=text("status = 'waitlisted'")),
        # Both hold few rows: who cannot be reached, and who has been sent an entry, by its revision.
        Index("ix_registration_undelivered", "event_id", postgresql_where=text("undelivered_at is not null")),
        Index(
            "ix_registration_entry",
            "event_id",
            "entry_revision",
            postgresql_where=text("entry_revision is not null and status = 'confirmed'"),
        ),
        Index("ix_registration_answer_by", "answer_by", postgresql_where=text("status in ('pending', 'offered')")),
    )


class ConsentText(Model):
    """A text that somebody agreed to, word for word. `version` is the start of its SHA-256: one text, one row."""

    __tablename__ = "consent_text"

    version: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    language: Mapped[str]
    first_used_at: Mapped[datetime] = mapped_column(default=clock.now)


class QuestionStatus(StrEnum):
    NEW = "new"
    ANSWERED = "answered"
    HIDDEN = "hidden"


class AudienceQuestion(Identified, Model):
    """What somebody who registered wants to ask in the session."""

    __tablename__ = "audience_question"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    status: Mapped[str] = mapped_column(default=QuestionStatus.NEW)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)

    registration: Mapped[Registration] = relationship()

    __table_args__ = (Index("ix_audience_question_event_id", "event_id", "status", "id"),)


class LinkRequest(Identified, Model):
    """Somebody asked for the link to their registration. The dispatcher answers it, and the row goes."""

    __tablename__ = "link_request"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    address: Mapped[str]
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
