"""The one snapshot that the dashboard's screen is drawn from. All arithmetic is done by the API."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from shared.schemas.events import EventSummary, Page


class Totals(BaseModel):
    """`active` is confirmed + offered: they hold places. `pending` hold none until their address is verified.

    `left` and `fill` (0 to 1) are None where places are unlimited; `over` counts those beyond the places there are.
    """

    active: int
    confirmed: int
    offered: int = 0
    pending: int
    waitlisted: int
    cancelled: int
    places: int | None
    left: int | None
    fill: float | None
    over: int = 0
    last_24_hours: int
    day_before: int
    countries: int
    cities: int


class CurvePoint(BaseModel):
    """`active` registrations at the end of the bin that begins `at`; `new` and `cancelled` within it."""

    at: datetime
    active: int
    new: int
    cancelled: int


class AudienceCount(BaseModel):
    """`audience` is None for those who named none."""

    audience: str | None
    confirmed: int
    offered: int = 0
    pending: int
    waitlisted: int
    share: float


class CountryCount(BaseModel):
    """`country` is ISO 3166 alpha-2, None where none was given."""

    country: str | None
    name: str
    count: int


class CityCount(BaseModel):
    """Of those with a place, how many come from here. `name` is the gazetteer's, never what somebody typed.

    Degrees north and east (WGS 84). `is_country`: a country's capital stands for those whose city is not known.
    """

    name: str
    country: str
    latitude: float
    longitude: float
    count: int
    is_country: bool = False


class SourceCount(BaseModel):
    """What led people here; `source` is None for those who came directly."""

    source: str | None
    registered: int
    confirmed: int
    joined: int


class PreviousPoint(BaseModel):
    """The earlier event's registrations, at the moment that is as long before this event's start."""

    at: datetime
    active: int


class PreviousEvent(BaseModel):
    """The calendar's last event before this one. `at_this_point`: how many it had as long before its start."""

    id: UUID
    title: str
    starts_at: datetime
    at_this_point: int
    total: int
    curve: list[PreviousPoint]


class Forecast(BaseModel):
    """How many of those with a place will join, by the calendar's own `basis_events` last events and nothing else."""

    low: int
    mid: int
    high: int
    basis_events: int


class LocalHour(BaseModel):
    """How many registrants have this hour (0 to 23) on their own clock when the event starts."""

    hour: int
    count: int


class ChoiceCount(BaseModel):
    key: str
    label: str
    count: int


class QuestionCount(BaseModel):
    """How many of those with a place `answered`, and with what, in the words of the event's language.

    `choices` is empty where answers differ from each other: texts, numbers, dates. Who took several counts in each.
    """

    key: str
    label: str
    kind: str
    answered: int
    choices: list[ChoiceCount]


class FeedEntry(BaseModel):
    """A registration as it may stand on a screen others can see: first name only, no address."""

    first_name: str
    city: str | None
    country: str | None
    audience: str | None
    organisation: str | None
    status: str
    registered_at: datetime


class MailCounts(BaseModel):
    """`oldest_waiting_seconds` counts from the moment the message was due; None when nothing is due."""

    pending: int
    due: int
    sending: int
    sent: int
    failed: int
    retrying: int
    withdrawn: int
    suppressed: int
    bounced: int
    oldest_waiting_seconds: float | None
    worker_is_alive: bool
    worker_seen_at: datetime | None


class ReminderState(BaseModel):
    """What a rule sends. `state`: waiting, paused, sent, or skipped (its moment passed before anybody could get it)."""

    id: UUID
    kind: str = "reminder"
    anchor: str = "start"
    is_paused: bool = False
    minutes_before: int
    due_at: datetime | None
    state: str
    sent: int
    total: int


class Suspicion(BaseModel):
    """Since when how many registrations have to be verified because of how they came, and how many tries were refused.

    `is_burst`: so many, also beside the honest ones, that it looks like a program (`shared/suspicion.py`).
    """

    suspect: int
    refused: int
    since: datetime
    is_burst: bool


class Stats(BaseModel):
    server_time: datetime
    version: int
    event: EventSummary
    totals: Totals
    curve: list[CurvePoint]
    curve_bin_minutes: int
    audiences: list[AudienceCount]
    countries: list[CountryCount]
    local_hours: list[LocalHour]
    cities: list[CityCount] = []
    sources: list[SourceCount] = []
    previous: PreviousEvent | None = None
    forecast: Forecast | None = Field(default=None, description="None with fewer than 3 earlier events to go by.")
    history_events: int = 0
    joined: int = 0
    full_since: datetime | None = None
    questions: list[QuestionCount] = []
    feed: list[FeedEntry]
    mail: MailCounts
    reminders: list[ReminderState]
    suspicion: Suspicion
    unreachable: int | None = Field(
        default=None, description="From an hour before the start to the end: people with a place and no working link."
    )


class AuditAnswer(BaseModel):
    at: datetime
    organiser: str | None
    action: str
    event_id: str | None
    event: str | None = Field(default=None, description="The event's title, while there is one.")
    facts: dict[str, object]


class AuditPage(Page):
    entries: list[AuditAnswer]
