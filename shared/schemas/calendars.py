"""What a calendar says of its organisation, and how it looks."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.colours import PATTERN
from shared.schemas.contacts import Address
from shared.schemas.events import WebAddress
from shared.schemas.fields import EMPTY_IS_NONE, OR_EMPTY, LanguageCode, Markdown, ShortText


class CalendarSettings(BaseModel):
    """`version` is what If-Match names; `logo_url` is None where there is no logo."""

    id: UUID
    slug: str
    url: str
    title: str
    organisation: str
    description: str | None
    time_zone: str
    language: str
    contact_address: str | None
    website: str | None
    accent_colour: str | None
    logo_url: str | None
    mail_from: str
    version: str


class CalendarChange(BaseModel):
    """What is left out stays as it is. `accent_colour` must be readable on white (WCAG 2.2, 1.4.3)."""

    model_config = ConfigDict(extra="forbid")

    title: ShortText | None = None
    organisation: ShortText | None = None
    description: Markdown | None = None
    time_zone: ShortText | None = None
    language: LanguageCode | None = None
    contact_address: Annotated[Address | None, EMPTY_IS_NONE, OR_EMPTY] = None
    website: Annotated[WebAddress | None, EMPTY_IS_NONE, OR_EMPTY] = None
    accent_colour: Annotated[str | None, Field(pattern=PATTERN)] = None


class MailTest(BaseModel):
    """`reply` is what the mail server said last."""

    id: UUID
    address: str
    status: str
    reply: str | None
