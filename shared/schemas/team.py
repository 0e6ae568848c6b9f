"""Who works on a calendar, and how they get in."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.contacts import Address
from shared.schemas.events import Page
from shared.schemas.fields import LanguageCode, ShortText

RoleName = Literal["owner", "editor", "viewer"]


class MemberAnswer(BaseModel):
    """`address` is for owners; `has_signed_in` is False for who has not chosen a password yet."""

    organiser_id: UUID
    name: str
    address: str | None
    role: RoleName
    is_you: bool
    has_signed_in: bool


class MemberPage(Page):
    members: list[MemberAnswer]


class MemberCreation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    address: Address
    name: ShortText
    role: RoleName


class MemberChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: RoleName


class CalendarCreation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: ShortText
    organisation: ShortText | None = None
    time_zone: ShortText = "UTC"
    language: LanguageCode = "en"


class OwnSession(BaseModel):
    id: UUID
    begun_at: datetime
    expires_at: datetime | None
    is_this_one: bool


class MyChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: ShortText


class PasswordLinkRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    address: str = Field(min_length=1, max_length=254)


class PasswordLinkToken(BaseModel):
    """The end of the link that was mailed."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=200)


class PasswordLinkAnswer(BaseModel):
    address: str
    name: str


class NewPassword(PasswordLinkToken):
    password: str = Field(min_length=1, max_length=1000)


class PasswordChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: str = Field(min_length=1, max_length=1000)
    new_password: str = Field(min_length=1, max_length=1000)
