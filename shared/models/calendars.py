"""Calendars: public lists of events, each of one organisation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared import clock
from shared.models.declarative import Identified, Model


class Calendar(Identified, Model):
    __tablename__ = "calendar"

    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    organisation: Mapped[str]
    description: Mapped[str | None]
    # Where a text names no zone, or only a doubtful one, this is the place people mean.
    time_zone: Mapped[str] = mapped_column(default="UTC")
    language: Mapped[str] = mapped_column(default="en")
    # Answers to mails go here; the platform's own mailbox stays the sender.
    contact_address: Mapped[str | None]
    # The organisation's own site, and the colour of its pages and mails as #rrggbb; None: ours.
    website: Mapped[str | None]
    accent_colour: Mapped[str | None]
    # SHA-256 of the logo, which stands in a table of its own; None where there is none.
    logo_digest: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class CalendarLogo(Model):
    """The picture of an organisation. Beside its calendar, which every event is read with."""

    __tablename__ = "calendar_logo"

    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"), primary_key=True)
    media_type: Mapped[str]
    octets: Mapped[bytes]
