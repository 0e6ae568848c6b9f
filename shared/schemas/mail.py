"""Mail as organisers see and steer it: rules, previews, what each calendar holds, whom it does not reach."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.events import Page
from shared.schemas.fields import LanguageCode, LongText, Moment
from shared.schemas.mail_texts import MailText
from shared.schemas.registrations import Country

RuleKind = Literal["reminder", "follow-up", "notice", "nudge", "call-sheet"]
AnchorName = Literal["start", "end", "moment"]
PreviewKind = Literal[
    "confirmation", "waiting-list", "promotion", "verification", "offer", "offer-lapsed", "link-again", "invitation",
    "nudge", "reminder", "change", "cancellation", "registration-cancelled", "follow-up", "notice", "call-sheet",
    "call-sheet-withdrawn", "declined", "entry-again", "personal-feed", "counter-proposal", "queue-warning", "test",
]  # fmt: skip
_A_YEAR = 366 * 24 * 60


class Selection(BaseModel):
    """Whom a rule is for: those who meet every condition given. Empty: everybody its kind is for.

    Reminders and follow-ups are for those with a place, notices for registrations (confirmed ones unless `statuses`
    says otherwise), nudges for invitations without an answer, call sheets for speakers.
    """

    model_config = ConfigDict(extra="forbid")

    statuses: list[Literal["pending", "offered", "confirmed", "waitlisted", "cancelled"]] = Field(
        default=[], max_length=5
    )
    audiences: list[LongText] = Field(default=[], max_length=50)
    countries: list[Country] = Field(default=[], max_length=250)
    languages: list[LanguageCode] = Field(default=[], max_length=30)
    attendance: Literal["attended", "missed"] | None = Field(
        default=None, description="Whether they used their join link; known from the start on."
    )
    participations: list[Literal["none", "accepted", "tentative", "declined"]] = Field(
        default=[], max_length=4, description="What their calendar answered; `none`: nothing."
    )


class RuleContent(BaseModel):
    """A rule as it is made. `minutes_before` counts back from the anchor; below 0: after it.

    With the anchor `moment` the mail goes at `moment`, at once where that is null, and `minutes_before` is 0.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"kind": "reminder", "anchor": "start", "minutes_before": 30}},
    )

    kind: RuleKind = "reminder"
    anchor: AnchorName = "start"
    minutes_before: int = Field(default=0, ge=-_A_YEAR, le=_A_YEAR)
    moment: Moment | None = None
    selection: Selection = Selection()
    texts: dict[LanguageCode, MailText] = Field(default={}, max_length=30)
    is_paused: bool = False


class RuleChange(BaseModel):
    """What is left out stays as it is. A rule that was served is served again only at another moment in the future."""

    model_config = ConfigDict(extra="forbid")

    minutes_before: int | None = Field(default=None, ge=-_A_YEAR, le=_A_YEAR)
    anchor: AnchorName | None = None
    moment: Moment | None = None
    selection: Selection | None = None
    texts: Annotated[dict[LanguageCode, MailText], Field(max_length=30)] | None = None
    is_paused: bool | None = None


class RuleAnswer(RuleContent):
    """`state`: waiting, paused, sent, or skipped (its moment had passed before anybody could get it).

    `recipients` is how many it would reach now; `sent` of `total` messages have left.
    """

    model_config = ConfigDict(extra="ignore")

    id: UUID
    due_at: datetime | None
    state: Literal["waiting", "paused", "sent", "skipped"]
    recipients: int
    sent: int
    total: int


class RuleList(BaseModel):
    rules: list[RuleAnswer]


class PreviewRequest(BaseModel):
    """Which mail, and for whom: a registration, an invitation, a speaker, or (none of them) a made-up reader.

    `language` instead of the reader's own. `text` instead of what is saved: the rule's where a rule is named, else the
    event's for this kind of mail.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "kind": "reminder",
                "language": "es",
                "text": {"introduction": "Hola {{ name }}, te esperamos."},
            }
        },
    )

    kind: PreviewKind
    rule_id: UUID | None = None
    registration_id: UUID | None = None
    invitation_id: UUID | None = None
    speaker_id: UUID | None = None
    language: LanguageCode | None = None
    text: MailText | None = None


class PreviewSent(BaseModel):
    """Where a preview was sent: one's own address."""

    address: str


class MailPreview(BaseModel):
    """One mail as it would leave now. `calendar` is its text/calendar part; `headers` are those it is sent with."""

    kind: str
    to: str
    language: str
    subject: str
    text: str
    html: str
    calendar: str | None
    headers: dict[str, str]


class RehearsedMail(BaseModel):
    """One mail of the rehearsal: when it leaves, on the reader's own clock too, and to how many it goes like this.

    `sample_id` is the registration (invitation, speaker) it is shown for; the preview renders it. Null: nobody gets it
    yet. `attendance` tells the two follow-ups apart; before the start they are counted as if everybody came.
    """

    kind: str
    rule_id: UUID | None
    at: datetime | None
    at_local: str
    recipients: int
    language: str
    sample_id: UUID | None
    subject: str
    attendance: Literal["attended", "missed"] | None = None
    is_paused: bool = False


class Rehearsal(BaseModel):
    """Every mail an event will still send as things stand, in the order they leave; those that answer somebody, which
    leave when something happens, come last and have no moment."""

    made_at: datetime
    mails: list[RehearsedMail]


class KindCounts(BaseModel):
    """Messages of one kind (and, of what rules send, of one rule) by status."""

    kind: str
    rule_id: UUID | None = None
    pending: int = 0
    sending: int = 0
    sent: int = 0
    failed: int = 0
    bounced: int = 0
    suppressed: int = 0
    withdrawn: int = 0


class Ledger(BaseModel):
    """What calendars hold: of those with a place, how many hold the present revision, an older one, none."""

    revision: int
    current: int
    stale: int
    none: int
    waiting: int = Field(description="Of the stale and the none: how many have the mail with the entry on its way.")


class Participations(BaseModel):
    accepted: int = 0
    tentative: int = 0
    declined: int = 0


class QueueForecast(BaseModel):
    """Whether what waits can leave in time. `per_minute` is the rate of the last minute, all workers together, or what
    the settings allow; null where nothing has been sent lately."""

    waiting: int
    per_minute: float | None
    needed_by: datetime | None
    expected_at: datetime | None
    is_late: bool


class MailOverview(BaseModel):
    """The mail of one event. `unreachable`: people with a place and no working join link, because mail to them was
    refused or has bounced, or has not left yet an hour before the start."""

    kinds: list[KindCounts]
    ledger: Ledger
    participations: Participations
    unreachable: int
    forecast: QueueForecast


class UnreachablePerson(BaseModel):
    """`address` and `reason`, which may quote it, are null for viewers."""

    registration_id: UUID
    name: str
    address: str | None
    since: datetime | None
    reason: str | None


class UnreachablePage(Page):
    people: list[UnreachablePerson]


class EntriesSent(BaseModel):
    """How many are sent their calendar entry again."""

    count: int


class CallSheetsSent(BaseModel):
    """How many speakers are sent their call sheet."""

    count: int


class InboundAnswer(BaseModel):
    """A mail that came back about one person: a bounce, a complaint, the answer of their calendar. Never its text.

    `outcome` says in words what followed, naming nobody; null while it has not been read. `message_id` is the mail of
    ours that it is about, where it is about one.
    """

    id: UUID
    received_at: datetime
    kind: Literal["bounce", "complaint", "reply", "counter", "canary", "other"] | None
    status: Literal["new", "done", "ignored", "failed"]
    outcome: str | None
    message_id: UUID | None


class InboundPage(Page):
    mails: list[InboundAnswer]
