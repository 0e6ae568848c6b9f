"""What an announcement says, as facts that an event can be made of."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from shared.schemas.programme import PersonFacts, ProgrammeItemFacts
from shared.schemas.remarks import Remark


class Announcement(BaseModel):
    """The facts of one announcement, and the remarks on how they were read.

    `starts_at_local` and `time_zone` hold the suggested reading where the text is doubtful; the remarks then carry the
    others. `time_text` is provenance: the words the start was read from. `minutes` runs from the first start to the
    last end. `people` are those of the whole event (moderators, hosts, speakers that no item names).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    calendar: str | None = None
    title: str
    form: str | None = None
    starts_on: date
    ends_on: date
    starts_at_local: datetime | None = None
    time_zone: str | None = None
    time_text: str | None = None
    minutes: int | None = None
    introduction: str | None = None
    contents: list[str] = []
    audiences: list[str] = []
    programme: list[ProgrammeItemFacts] = []
    people: list[PersonFacts] = []
    hosts: list[str] = []
    is_free: bool | None = None
    price_text: str | None = None
    is_open_to_all: bool | None = None
    languages: list[str] = []
    text_language: str = "en"
    places: int | None = None
    registration_url: str | None = None
    registration_closes_on: date | None = None
    location: str | None = None
    remarks: list[Remark] = []
