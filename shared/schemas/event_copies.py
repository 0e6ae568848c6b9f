"""Events made from others, and the times of a programme that is being written."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.events import ProgrammeItemAnswer, WallClock
from shared.schemas.fields import LongText, ShortText
from shared.schemas.programme import ProgrammeItemFacts


class CopyRequest(BaseModel):
    """The copy has no time unless one is given; its zone and length are those of the event it is made from."""

    model_config = ConfigDict(extra="forbid")

    title: LongText | None = None
    starts_at_local: WallClock | None = None


class ProgrammeDraft(BaseModel):
    model_config = ConfigDict(extra="forbid")

    starts_at_local: WallClock
    time_zone: ShortText
    minutes: int | None = Field(default=None, ge=1, le=60 * 24 * 60)
    programme: list[ProgrammeItemFacts] = Field(max_length=300)


class ProgrammeTimes(BaseModel):
    """`overrun_minutes` is how far the programme goes beyond the end of the event; negative: so much is left.

    None where the event has no length, or the last item none. `notes` are sentences about gaps and overlaps.
    """

    programme: list[ProgrammeItemAnswer]
    ends_at: datetime | None
    overrun_minutes: int | None
    notes: list[str]
