"""Signing in, tokens, and who is asking."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.events import CalendarSummary
from shared.schemas.fields import Moment, ShortText


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    address: str = Field(min_length=1, max_length=254)
    password: str = Field(min_length=1, max_length=1000)


class IdentitySignIn(BaseModel):
    """`nonce` is the one that the provider was asked with."""

    model_config = ConfigDict(extra="forbid")

    id_token: str = Field(min_length=1, max_length=20_000)
    nonce: str = Field(min_length=1, max_length=200)


class SessionAnswer(BaseModel):
    token: str
    expires_at: datetime


class CalendarRole(CalendarSummary):
    role: str


class Me(BaseModel):
    id: UUID
    name: str
    address: str
    is_operator: bool
    calendars: list[CalendarRole]


class TokenCreation(BaseModel):
    """`scope` is `read` or `write`; a token without `expires_at` lasts until it is revoked."""

    model_config = ConfigDict(extra="forbid")

    label: ShortText
    scope: str = Field(default="read", pattern="^(read|write)$")
    expires_at: Moment | None = None


class TokenAnswer(BaseModel):
    """`last_used_at` is to the hour; None for one that was never used."""

    id: UUID
    label: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = None


class TokenCreated(TokenAnswer):
    """The only time the token itself is shown."""

    token: str
