"""Invitations as the API answers and takes them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from shared.schemas.events import Page
from shared.schemas.fields import LanguageCode


class InvitationRequest(BaseModel):
    """`text` is any mess that holds addresses: lines, lists, names with brackets, semicolons, CSV.

    `language` is what they are written to in; else the event's. With `is_trial` nothing is kept.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"text": "Ada Lovelace <ada@example.org>; bob@example.org", "is_trial": True}},
    )

    text: str = Field(min_length=1, max_length=2_000_000)
    language: LanguageCode | None = None
    is_trial: StrictBool = False


class RecognisedAddress(BaseModel):
    """`outcome`: new, invited, registered, suppressed, repeated, or unusable (then `reason` says why)."""

    address: str
    name: str | None
    outcome: str
    reason: str | None = None


class InvitationReport(BaseModel):
    """What became of what was pasted. `addresses` holds the first 500, those with a problem first.

    `leaves_by` is when the last mail leaves under the daily limit, were nothing else sent.
    """

    new: int
    invited: int
    registered: int
    suppressed: int
    repeated: int
    unusable: int
    is_trial: bool
    leaves_by: datetime | None
    addresses: list[RecognisedAddress]


class InvitationAnswer(BaseModel):
    """`address` is null for viewers. `posted_at` is null while it waits for its day; `mail` is the last mail's status.

    Who accepted may have cancelled since: `registration_status` says how things stand.
    """

    id: UUID
    address: str | None
    name: str | None
    language: str
    status: str
    created_at: datetime
    posted_at: datetime | None
    nudged_at: datetime | None
    answered_at: datetime | None
    undelivered_at: datetime | None
    registration_id: UUID | None
    registration_status: str | None = None
    mail: str | None


class InvitationCounts(BaseModel):
    """`waiting`: not sent yet, because of the daily limit."""

    pending: int
    accepted: int
    declined: int
    waiting: int
    undelivered: int
    per_day: int


class InvitationPage(Page):
    counts: InvitationCounts
    invitations: list[InvitationAnswer]


class NudgeAnswer(BaseModel):
    """How many of those who have not answered are asked once more; once in three days at most."""

    count: int
