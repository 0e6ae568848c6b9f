"""Registrations: one address at one event."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.models.declarative import Identified, Model
from shared.models.events import Event


class RegistrationStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


class RegistrationSource(StrEnum):
    PAGE = "page"
    API = "api"
    ORGANISER = "organiser"


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
    audience: Mapped[str | None]
    language: Mapped[str]
    time_zone: Mapped[str | None]
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    # The SEQUENCE of the calendar entry this person holds or is about to get (RFC 5545 section 3.8.7.4).
    sequence: Mapped[int] = mapped_column(default=0)
    registered_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()

    __table_args__ = (
        Index(
            "uq_registration_event_id_lower_address",
            "event_id",
            text("lower(address)"),
            unique=True,
            postgresql_where=text("status <> 'cancelled'"),
        ),
        Index("uq_registration_event_id_position", "event_id", "position", unique=True),
        Index("ix_registration_waiting", "event_id", "position", postgresql_where=text("status = 'waitlisted'")),
    )
