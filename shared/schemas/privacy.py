"""What is kept of one person, as they get it; and what was removed of them, as a report."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.registrations import Address


class PersonRequest(BaseModel):
    """Whose data. In the body, because addresses must not stand in the logs of anything on the way."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"address": "ada@example.org"}})

    address: Address


class ConsentExport(BaseModel):
    """What was agreed to, word for word. `text` is None where the wording was not kept (before version 0003)."""

    version: str | None
    agreed_at: datetime
    language: str | None
    text: str | None


class AnswerExport(BaseModel):
    """An answer beside its question. An agreement brings the text that was agreed to."""

    key: str
    question: str | None
    answer: Any
    text: str | None = None


class MessageExport(BaseModel):
    """One mail to this person, with its whole life."""

    kind: str
    status: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    reply: str | None = Field(description="What the mail server answered last.")
    bounced_at: datetime | None = None
    bounce: str | None = Field(default=None, description="What came back later, in the words of who sent it back.")
    opened_at: datetime | None = Field(default=None, description="When a link of the mail was first used.")


class QuestionExport(BaseModel):
    """What the person asked the speakers."""

    text: str
    status: str
    asked_at: datetime


class EventExport(BaseModel):
    id: UUID
    title: str
    calendar: str
    organisation: str
    starts_at: datetime | None
    time_zone: str | None
    url: str


class RegistrationExport(BaseModel):
    """`kept_until` is when it goes by itself; None while the event has no date."""

    id: UUID
    event: EventExport
    status: str
    position: int
    source: str
    address: str
    name: str
    organisation: str | None
    city: str | None
    country: str | None
    audience: str | None
    language: str
    time_zone: str | None
    came_from: str | None = Field(description="The link or site that led them to register.")
    answers: list[AnswerExport]
    consent: ConsentExport | None = Field(description="Null where an organiser registered the person.")
    is_suspect: bool = Field(description="Whether it came in a way that people seldom do.")
    registered_at: datetime
    answer_by: datetime | None
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    entry_sequence: int | None = Field(description="SEQUENCE of the calendar entry that was sent last.")
    entry_revision: int | None = Field(description="Revision of the event that it showed.")
    participation: str | None = Field(description="What their calendar answered (RFC 5545 section 3.2.12).")
    participation_address: str | None = Field(description="From which address it answered.")
    participation_sequence: int | None
    participation_at: datetime | None
    undelivered_at: datetime | None = Field(description="Since when mail to the address has come back.")
    readdressed_at: datetime | None = Field(description="When the address was corrected last.")
    joined_at: datetime | None = Field(description="When they first went into the room by their link.")
    kept_until: datetime | None
    questions: list[QuestionExport] = []
    messages: list[MessageExport]


class InvitationExport(BaseModel):
    """An invitation to register. `kept_until` is when it goes by itself."""

    event: EventExport
    address: str
    name: str | None
    language: str
    status: str
    created_at: datetime
    posted_at: datetime | None
    nudges: int
    nudged_at: datetime | None
    nudge_wanted_at: datetime | None
    answered_at: datetime | None
    undelivered_at: datetime | None
    registration_id: UUID | None
    kept_until: datetime | None
    messages: list[MessageExport]


class SpeakerExport(BaseModel):
    """How somebody on the programme is reached, and the times they were told."""

    event: EventExport
    address: str
    name: str
    language: str | None
    time_zone: str | None
    sequence: int
    entry_sequence: int | None
    told: list[dict[str, Any]]
    messages: list[MessageExport]


class InboundExport(BaseModel):
    """A mail from them or about them that came back to us; `raw` is all of it, as Base64 (RFC 4648)."""

    received_at: datetime
    sender: str
    recipient: str
    status: str
    kind: str | None
    outcome: str | None
    raw: str


class ParticipationExport(BaseModel):
    """An answer that a calendar sent from this address, for somebody registered with another."""

    event: EventExport
    participation: str | None
    participation_at: datetime | None


class FeedExport(BaseModel):
    """A secret feed of the events they registered for. Its address is not here: it is a key."""

    created_at: datetime


class LinkRequestExport(BaseModel):
    event_id: UUID
    requested_at: datetime


class SuppressionExport(BaseModel):
    """The wish to get nothing but what one's registrations require."""

    reason: str
    since: datetime


class PersonExport(BaseModel):
    """Everything kept of an address (GDPR articles 15 and 20). `calendar` is None where it is of all calendars."""

    address: str
    calendar: str | None
    made_at: datetime
    registrations: list[RegistrationExport]
    link_requests: list[LinkRequestExport]
    suppression: SuppressionExport | None
    invitations: list[InvitationExport] = []
    speakers: list[SpeakerExport] = []
    inbound: list[InboundExport] = []
    participations: list[ParticipationExport] = []
    feeds: list[FeedExport] = Field(default=[], description="For all calendars only.")
    messages: list[MessageExport] = Field(default=[], description="Mails to the address itself, as to organisers.")

    @property
    def is_empty(self) -> bool:
        apart = {"address", "calendar", "made_at"}
        return not any(getattr(self, name) for name in type(self).model_fields.keys() - apart)


class ErasureReport(BaseModel):
    """What was removed, as counts by table; `reference` names the row that proves it. Nothing was there: no reference.

    `places_given_back` were of coming events and went on to who waits. `kept` says in words what stays, and why.
    """

    reference: UUID | None
    erased_at: datetime
    calendar: str | None
    removed: dict[str, int]
    places_given_back: int
    kept: list[str]


class ErasureFact(BaseModel):
    """An erasure as it is kept to be done again after a backup was restored: nobody can read the address from it."""

    model_config = ConfigDict(from_attributes=True)

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    erased_at: datetime
    calendar_id: UUID | None = None
