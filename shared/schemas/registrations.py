"""Registrations as the API answers and takes them."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from shared import attribution
from shared.schemas.contacts import Address as Address
from shared.schemas.contacts import Language, Zone
from shared.schemas.events import Page
from shared.schemas.fields import EMPTY_IS_NONE, OR_EMPTY, OptionalShortText, ShortText
from shared.schemas.questions import KEY_PATTERN
from shared.territories import is_country


def _country(value: str) -> str:
    if not is_country(value.upper()):
        raise PydanticCustomError("country", "is not a country; give its two letters (ISO 3166), such as ES or BR")
    return value.upper()


def _flat_answers(value: Any) -> Any:
    """No more than any event asks, and no deeper than any answer is. What the questions say is looked at later."""
    if not isinstance(value, dict):
        return value
    if len(value) > _MOST_ANSWERS:
        raise PydanticCustomError("answers", "has more answers than an event has questions; leave some out")
    for key, answer in value.items():
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise PydanticCustomError("answers", "has a key that no question has; read the event for what it asks")
        if not _is_flat(answer):
            raise PydanticCustomError("answers", "has an answer of no known form: {key}", {"key": key})
    return value


def _is_flat(answer: Any) -> bool:
    if isinstance(answer, dict):
        return len(answer) <= _PARTS_OF_CONSENT and all(isinstance(part, _SCALARS) for part in answer.values())
    if isinstance(answer, list):
        return len(answer) <= _MOST_CHOICES and all(isinstance(part, str) for part in answer)
    return isinstance(answer, _SCALARS)


_KEY = re.compile(KEY_PATTERN)
_SCALARS = (str, bool, int, float, type(None))
_MOST_ANSWERS, _MOST_CHOICES, _PARTS_OF_CONSENT = 50, 100, 3
Answers = Annotated[
    dict[str, Any],
    BeforeValidator(_flat_answers),
    Field(
        description="Answers to the event's `questions`, by their keys: text; the key of a choice, or a list of them; "
        "true or false (yes-no, consent); a number; a date as YYYY-MM-DD. Null takes an answer back.",
        max_length=_MOST_ANSWERS,
        examples=[{}],
    ),
]
CameFrom = Annotated[
    str,
    AfterValidator(attribution.cleaned),
    Field(
        description="What led them here: the `utm_source` of a link, or the host of its page. Kept in small letters, "
        "digits, `-`, `_` and `.`, at most 100 of them; what cannot be is left out.",
    ),
]
Country = Annotated[str, Field(min_length=2, max_length=2), AfterValidator(_country)]


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
    country: Annotated[Country | None, EMPTY_IS_NONE, OR_EMPTY] = None
    audience: OptionalShortText = None
    language: Annotated[Language | None, EMPTY_IS_NONE, OR_EMPTY] = None
    time_zone: Annotated[Zone | None, EMPTY_IS_NONE, OR_EMPTY] = None
    came_from: CameFrom | None = None
    answers: Answers = Field(default_factory=dict)
    consent: bool

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

    `answer_by` is until when a pending or offered one must be confirmed; `answers` are by the key of the question.
    `is_suspect`: it came without proof of work, with many others from one network.
    Those who may only look get neither address and time zone nor what was typed freely.
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
    came_from: str | None = Field(default=None, description="What led them here; null where nothing is known.")
    audience: str | None
    language: str
    time_zone: str | None
    answers: dict[str, Any] = Field(
        default_factory=dict,
        description="By key of the question. A consent is `{agreed, version, at}`: to which text, and when; both are "
        "null where an organiser registered somebody who had agreed elsewhere.",
    )
    is_suspect: bool = False
    registered_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    answer_by: datetime | None = None
    joined_at: datetime | None = Field(default=None, description="When they first came through their join link.")
    participation: str | None = Field(default=None, description="What their calendar answered (RFC 5545, 3.2.12).")
    undelivered_at: datetime | None = Field(
        default=None, description="Since when mail to them has been refused or has bounced."
    )
    holds: Literal["current", "old", "none"] = Field(
        default="none", description="Which revision of the event stands in their calendar, by the mails that left."
    )


class AnswerInWords(BaseModel):
    """An answer as people read it, in the event's language, beside its question; also of one not asked any more."""

    key: str
    question: str
    answer: str


class RegistrationDetail(RegistrationAnswer):
    """`waiting_position` is 1 for who is next, None for who does not wait; consent is None where given elsewhere."""

    event_id: UUID
    answered: list[AnswerInWords] = []
    waiting_position: int | None
    consent_version: str | None
    consented_at: datetime | None


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
    answers: Answers = Field(default_factory=dict)


class OrganiserCorrection(RegistrationCorrection):
    """What an organiser may correct beyond that. Another address is sent the mail with the place, or what stands for
    it, at once; the old one is told nothing."""

    address: Address | None = None


class LinkWish(BaseModel):
    """Whose link is wanted."""

    address: Address


class MessageAnswer(BaseModel):
    """`address`, and `reply` and `bounce` which may quote it, are None for those who may only look.

    So is the address of a mail that left before the address was corrected: it is not kept.
    """

    id: UUID
    kind: str
    status: str
    address: str | None = Field(description="Null for viewers.")
    created_at: datetime = Field(description="When it was promised: in the transaction that is the reason for it.")
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    reply: str | None = Field(description="What the mail server said last; null for viewers.")
    bounced_at: datetime | None = None
    bounce: str | None = Field(default=None, description="What came back, in its words; null for viewers.")
    opened_at: datetime | None = Field(default=None, description="When somebody first used a link in it.")
    rule_id: UUID | None = Field(default=None, description="The rule that sent it.")


class MessagePage(Page):
    messages: list[MessageAnswer]


class LinkSent(BaseModel):
    """`is_new` is false where the link had been sent within this hour already."""

    is_new: bool
