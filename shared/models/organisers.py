"""Organisers, their roles on calendars, and the tokens that speak for them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared import clock
from shared.models.declarative import Identified, Model


class Role(StrEnum):
    """From the most to the least: an owner may all that an editor may, an editor all that a viewer may."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class TokenKind(StrEnum):
    SESSION = "session"
    API = "api"


class TokenScope(StrEnum):
    READ = "read"
    WRITE = "write"


class Organiser(Identified, Model):
    __tablename__ = "organiser"

    address: Mapped[str]
    name: Mapped[str]
    # None for who has not chosen a password yet, or signs in elsewhere.
    password_hash: Mapped[str | None]
    # Who they are at the identity provider: its issuer and their subject there, with a space between (OpenID Connect
    # Core 1.0 section 5.7).
    identity: Mapped[str | None] = mapped_column(unique=True)
    # Runs the installation: sees the system's state, creates calendars and organisers.
    is_operator: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (Index("uq_organiser_lower_address", text("lower(address)"), unique=True),)


class Membership(Model):
    __tablename__ = "membership"

    organiser_id: Mapped[UUID] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"), primary_key=True)
    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str]


class ApiToken(Identified, Model):
    """Only the digest is stored; the token itself is shown once."""

    __tablename__ = "api_token"

    organiser_id: Mapped[UUID] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    kind: Mapped[str]
    scope: Mapped[str] = mapped_column(default=TokenScope.WRITE)
    label: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]
    # To the hour, and of API tokens only.
    last_used_at: Mapped[datetime | None]
