"""Events beside each other, aligned on their starts."""

from pydantic import BaseModel, Field

from shared.schemas.events import EventSummary
from shared.schemas.stats import AudienceCount


class AlignedPoint(BaseModel):
    """`active` registrations so many days before the start; negative after it."""

    days_before: float
    active: int


class Compared(BaseModel):
    """`joined` and what follows from it are None where nobody could join, or nobody did so by a link.

    Shares are 0 to 1. `at_this_point`: how many there were as long before the start as the first event is from its own.
    """

    event: EventSummary
    registered: int
    confirmed: int
    waitlisted: int
    cancelled: int
    pending: int
    joined: int | None
    attendance: float | None = Field(description="Of the confirmed, how many joined.")
    cancelled_share: float
    bounced: int
    mails_sent: int
    countries: int
    invited: int
    accepted: int
    at_this_point: int | None
    curve: list[AlignedPoint]
    audiences: list[AudienceCount]
    joined_by_audience: dict[str, int]


class Comparison(BaseModel):
    days_before: float | None = Field(description="How far the first event is from its start; None once it began.")
    events: list[Compared]
