"""What an import has to say about the text it read, and the readings of a doubtful time."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.schemas.fields import LocalTime


class Weight(StrEnum):
    """How much a remark matters: a doubt must be settled before publishing, the others need not."""

    DOUBT = "doubt"
    NOTE = "note"
    IGNORED = "ignored"


class Reading(BaseModel):
    """One way to understand a doubtful time, as wall clock, zone and the UTC instant that follows."""

    model_config = ConfigDict(frozen=True)

    key: str
    label: str
    starts_at_local: LocalTime
    time_zone: str
    starts_at: datetime
    suggested: bool = False


class Remark(BaseModel):
    """`code` is stable for machines, `field` names the event's field, `excerpt` is the text it is about."""

    model_config = ConfigDict(frozen=True)

    code: str
    weight: Weight
    field: str | None = None
    message: str
    excerpt: str | None = None
    readings: list[Reading] = []
