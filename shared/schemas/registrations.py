"""Registrations as the API answers and takes them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from shared.schemas.events import Page
from shared.schemas.fields import OptionalShortText, ShortText
from shared.territories import is_country
from shared.timezones import is_zone
from shared.translations import LANGUAGES


def _address(value: str) -> str:
    """A deliverable form: domain in ASCII (UTS 46), local part as written. SMTPUTF8 is not offered by every server."""
    try:
        checked = validate_email(value.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as problem:
        raise PydanticCustomError(
            "address", "is not an e-mail address that mail can be sent to: {why}", {"why": str(problem)}
        ) from None
    return checked.ascii_email or checked.normalized


def _country(value: str) -> str:
    if not is_country(value.upper()):
        raise PydanticCustomError("country", "is not a country; give its two letters (ISO 3166), such as ES or BR")
    return value.upper()


def _zone(value: str) -> str:
    if not is_zone(value):
        raise PydanticCustomError("time_zone", "is not a time zone; give an IANA name, such as Europe/Madrid")
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise PydanticCustomError("language", "is not one of {known}", {"known": ", ".join(LANGUAGES)})
    return value


Address = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_address)]
Country = Annotated[str, Field(min_length=2, max_length=2), AfterValidator(_country)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]


class Applicant(BaseModel):
    """Who wants to register. `consent` must be true: without it nothing is kept."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {
                "name": "Ada Lovelace",
                "address": "ada@example.org",
                "organisation": "Analytical Society",
                "city": "London",
                "country": "GB",
                "language": "en",
                "time_zone": "Europe/London",
                "consent": True,
            }
        },
    )

    name: ShortText
    address: Address
    organisation: OptionalShortText = None
    city: OptionalShortText = None
    country: Country | None = None
    audience: OptionalShortText = None
    language: Language | None = None
    time_zone: Zone | None = None
    consent: bool

    @field_validator("country", "time_zone", "language", mode="before")
    @classmethod
    def _nothing_chosen(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("consent")
    @classmethod
    def _consent_given(cls, value: bool) -> bool:
        if not value:
            raise PydanticCustomError("consent", "is needed: without it the registration cannot be kept")
        return value


class RegistrationOutcome(BaseModel):
    """The same for an address that was registered before and one that was not: what a newcomer gets at this moment."""

    status: str = Field(
        description="`confirmed`, or `waitlisted` where the event is full, or `pending` where the address is verified."
    )
    detail: str
    event_id: UUID
    event_url: str
    registration_id: UUID | None = Field(default=None, description="For organisers only.")
    is_new: bool | None = Field(default=None, description="Whether it was not there before: for organisers only.")


class RegistrationAnswer(BaseModel):
    """A registration as an organiser sees it. `position` is its place in the order of commit.

    Viewers see neither `address` nor `time_zone`, and of `answers` no free texts and no consents.
    """

    id: UUID
    position: int
    status: str
    source: str
    name: str
    address: str | None
    organisation: str | None
    city: str | None
    country: str | None
    audience: str | None
    language: str
    time_zone: str | None
    answers: dict[str, Any] = {}
    is_suspect: bool = False
    registered_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    answer_by: datetime | None = None


class RegistrationPage(Page):
    registrations: list[RegistrationAnswer]


class RegistrationCorrection(BaseModel):
    """What may be corrected later, by the person or by an organiser; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: ShortText | None = None
    organisation: OptionalShortText = None
    city: OptionalShortText = None
    language: Language | None = None
    time_zone: Zone | None = None


class LinkWish(BaseModel):
    """Whose link is wanted."""

    address: Address


class MessageAnswer(BaseModel):
    id: UUID
    kind: str
    status: str
    address: str | None = Field(description="Null for viewers.")
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    reply: str | None = Field(description="What the mail server said last; null for viewers.")


class MessagePage(Page):
    messages: list[MessageAnswer]
