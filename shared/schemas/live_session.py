"""The session as it runs."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.schemas.events import EventSummary, Page
from shared.schemas.stats import Forecast

Phase = Literal["early", "doors", "on", "over", "called-off", "on-site", "no-date"]


class JoinsInMinute(BaseModel):
    at: datetime
    count: int
    joined: int


class JoinedAudience(BaseModel):
    """`audience` is None for those who named none."""

    audience: str | None
    confirmed: int
    joined: int


class LiveSession(BaseModel):
    """`phase`: doors from an hour before the start. `joins` by `bin_minutes`, each with the number by its end.

    `expected` is None with too little history; `reminded_at` when those missing were last asked, `may_remind` whether
    they may be asked now, `why_not` otherwise.
    """

    server_time: datetime
    event: EventSummary
    phase: Phase
    opens_at: datetime | None
    has_room: bool
    confirmed: int
    joined: int
    not_joined: int
    last_five_minutes: int
    expected: Forecast | None
    history_events: int
    joins: list[JoinsInMinute]
    bin_minutes: int
    audiences: list[JoinedAudience]
    unreachable: int
    questions_new: int
    questions_answered: int
    reminded_at: datetime | None
    may_remind: bool
    why_not: str | None


class Reminded(BaseModel):
    """`recipients` have not joined at this moment; their mails leave at once."""

    recipients: int


class AudienceQuestionAnswer(BaseModel):
    """Who asks is told as on the live screen: by first name and audience."""

    id: UUID
    text: str
    status: Literal["new", "answered", "hidden"]
    asked_at: datetime
    first_name: str
    audience: str | None


class AudienceQuestionPage(Page):
    questions: list[AudienceQuestionAnswer]


class QuestionMark(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: Literal["new", "answered", "hidden"]
