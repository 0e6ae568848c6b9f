"""Calendars: public lists of events, each of one organisation."""

from datetime import datetime

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
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
