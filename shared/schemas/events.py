"""Events as the API answers and takes them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    NaiveDatetime,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from shared.schemas.fields import (
    EARLIEST,
    LATEST,
    WITHOUT_OFFSET,
    LanguageCode,
    LocalTime,
    LongText,
    Markdown,
    Moment,
    ShortText,
    not_a_number,
)
from shared.schemas.mail_texts import MailText, MailTextKind
from shared.schemas.programme import PersonFacts, ProgrammeItemFacts
from shared.schemas.questions import QuestionFacts
from shared.schemas.remarks import Remark


def _web_address(value: str) -> str:
    HttpUrl(value)
    return value


WebAddress = Annotated[str, Field(max_length=2000, json_schema_extra={"format": "uri"}), AfterValidator(_web_address)]


def _room_address(value: str) -> str:
    """As browsers read it (WHATWG URL), so that what is stored is what is led to."""
    try:
        return str(HttpUrl(value))
    except ValidationError:
        raise PydanticCustomError(
            "room", "is not a web address; give the whole link to the room, beginning with https://"
        ) from None


RoomAddress = Annotated[str, Field(max_length=2000, json_schema_extra={"format": "uri"}), AfterValidator(_room_address)]


WallClock = Annotated[NaiveDatetime, BeforeValidator(not_a_number), Field(ge=EARLIEST, le=LATEST), WITHOUT_OFFSET]


class CalendarSummary(BaseModel):
    id: UUID
    slug: str
    title: str
    organisation: str
    time_zone: str


class ProgrammeItemAnswer(ProgrammeItemFacts):
    """An item with its clock times, computed from the minutes before it. None while the event has no start."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    starts_at_local: LocalTime | None = None


class EventSummary(BaseModel):
    """What everyone may see in a list. Instants are UTC (RFC 3339), `…_local` is the wall clock in `time_zone`.

    `registered` is for those who work on the calendar; None for everyone else.
    """

    id: UUID
    slug: str
    url: str
    state: str
    is_over: bool
    title: str
    form: str | None
    calendar: CalendarSummary
    starts_at: datetime | None
    ends_at: datetime | None
    starts_at_local: LocalTime | None
    ends_at_local: LocalTime | None
    time_zone: str | None
    utc_offset: str | None
    minutes: int | None
    languages: list[str]
    places: int | None
    places_left: int | None
    registered: int | None = None
    trend: list[int] | None = Field(
        default=None, description="New registrations a day, UTC, the last 14 days; with `registered`, in lists."
    )
    revision: int


class EventAnswer(EventSummary):
    """The whole event. `remarks` is empty for those who may not edit it; `version` is what If-Match names."""

    text_language: str
    introduction: str | None
    contents: list[str]
    audiences: list[str]
    hosts: list[str]
    people: list[PersonFacts]
    programme: list[ProgrammeItemAnswer]
    location: str | None
    is_free: bool | None
    price_text: str | None
    is_open_to_all: bool | None
    registration_url: str | None
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    registration_is_open: bool
    waiting_list_closes_minutes: int
    offer_hours: int | None
    verifies_addresses: bool
    retention_days: int
    is_online: bool = True
    room_opens_minutes: int = 15
    recording_url: str | None = None
    declining_frees_place: bool = False
    room_url: str | None = Field(default=None, description="For those who work on the calendar only.")
    invitations_per_day: int | None = None
    mail_texts: dict[str, dict[str, MailText]] = {}
    questions: list[QuestionFacts] = []
    state_reason: str | None
    time_text: str | None = None
    published_at: datetime | None
    updated_at: datetime
    version: int
    remarks: list[Remark] = []


class EventContent(BaseModel):
    """Everything an organiser may write about an event; what is left out stays as it is.

    `reading` settles a doubtful time by the key of one of the readings offered.
    """

    model_config = ConfigDict(extra="forbid")

    title: LongText | None = None
    form: ShortText | None = None
    text_language: LanguageCode | None = None
    introduction: Markdown | None = None
    contents: list[LongText] | None = Field(default=None, max_length=100)
    audiences: list[LongText] | None = Field(default=None, max_length=50)
    hosts: list[ShortText] | None = Field(default=None, max_length=50)
    languages: list[LanguageCode] | None = Field(default=None, max_length=30)
    people: list[PersonFacts] | None = Field(default=None, max_length=100)
    programme: list[ProgrammeItemFacts] | None = Field(default=None, max_length=300)
    location: LongText | None = None
    is_free: bool | None = None
    price_text: LongText | None = None
    is_open_to_all: bool | None = None
    registration_url: WebAddress | None = None
    registration_opens_at: Moment | None = Field(default=None, description="Nobody can register before; null: at once.")
    registration_closes_at: Moment | None = None
    waiting_list_closes_minutes: int | None = Field(
        default=None, ge=0, le=60 * 24 * 60, description="Minutes before the start at which the waiting list stops."
    )
    offer_hours: int | None = Field(
        default=None,
        ge=1,
        le=24 * 30,
        description="Hours in which somebody promoted must take the place; null: it is theirs at once.",
    )
    verifies_addresses: bool | None = Field(
        default=None, description="Whether a registration counts only after its address was verified."
    )
    retention_days: int | None = Field(
        default=None, ge=0, le=3650, description="Days after the end at which personal data goes; numbers stay."
    )
    is_online: bool | None = Field(
        default=None, description="Whether people with a place get a personal join link; else by the location."
    )
    room_url: RoomAddress | None = Field(
        default=None, description="Where join links lead. Shown on no public page; a change needs no new mail."
    )
    room_opens_minutes: int | None = Field(default=None, ge=0, le=24 * 60)
    recording_url: WebAddress | None = None
    declining_frees_place: bool | None = Field(
        default=None, description="Whether declining in a calendar gives the place back."
    )
    invitations_per_day: int | None = Field(default=None, ge=1, le=100_000)
    mail_texts: dict[MailTextKind, dict[LanguageCode, MailText]] | None = Field(
        default=None, description="Subject and introduction in place of ours, by kind of mail and language."
    )
    questions: list[QuestionFacts] | None = Field(default=None, max_length=50)
    starts_at_local: WallClock | None = Field(default=None, description="Wall clock in `time_zone`.")
    time_zone: ShortText | None = None
    minutes: int | None = Field(default=None, ge=1, le=60 * 24 * 60)
    places: int | None = Field(default=None, ge=0, le=1_000_000)
    reading: ShortText | None = None


class EventCreation(EventContent):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "calendar": "international-calendar",
                "title": "Trees in the street",
                "starts_at_local": "2027-03-03T15:00:00",
                "time_zone": "Europe/Madrid",
                "minutes": 60,
                "places": 150,
                "programme": [{"title": "Welcome", "kind": "welcome", "minutes": 5}],
            }
        },
    )

    title: LongText
    calendar: ShortText = Field(description="Slug or id of the calendar the event belongs to.")


class ImportAnswer(BaseModel):
    event: EventAnswer
    remarks: list[Remark]


class StateChange(BaseModel):
    """Why an event is cancelled or postponed, in the organiser's words: it stands in the mail."""

    model_config = ConfigDict(extra="forbid")

    reason: LongText | None = None


class Page(BaseModel):
    """`next` is the cursor of the following page, or None at the end."""

    next: str | None = None


class EventPage(Page):
    events: list[EventSummary]
