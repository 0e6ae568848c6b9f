"""The programme as it travels: items with their minutes, and the people with their parts."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.contacts import Address, Language, Zone
from shared.schemas.fields import EMPTY_IS_NONE, OR_EMPTY, ClockTime, LongText, ShortText


class Part(StrEnum):
    MODERATOR = "moderator"
    SPEAKER = "speaker"
    HOST = "host"


class ItemKind(StrEnum):
    WELCOME = "welcome"
    INTRODUCTION = "introduction"
    TALK = "talk"
    PANEL = "panel"
    QUESTIONS = "questions"
    BREAK = "break"
    CONCLUSIONS = "conclusions"
    CLOSING = "closing"
    OTHER = "other"


class PersonFacts(BaseModel):
    """Someone on the programme. A part is what they do there; what follows it is how they are announced.

    `address`, `language` and `time_zone` are for mail to them: answered to those who work on the calendar only, the
    address not to viewers. An address left out of a list that is sent is taken away.
    """

    model_config = ConfigDict(extra="forbid")

    name: ShortText
    part: Part = Part.SPEAKER
    role: ShortText | None = None
    organisation: ShortText | None = None
    city: ShortText | None = None
    address: Annotated[Address | None, EMPTY_IS_NONE, OR_EMPTY] = None
    language: Language | None = None
    time_zone: Annotated[Zone | None, EMPTY_IS_NONE, OR_EMPTY] = None


class ProgrammeItemFacts(BaseModel):
    """One line of the programme.

    `minutes` is None where nobody has said how long it takes. `day` counts from 1, the day the event starts.
    `starts_at_clock` is a wall-clock time in the event's zone that the organiser fixed; items without one
    follow the item before them.
    """

    model_config = ConfigDict(extra="forbid")

    title: LongText
    kind: ItemKind = ItemKind.OTHER
    minutes: int | None = Field(default=None, ge=0, le=24 * 60)
    day: int = Field(default=1, ge=1, le=60)
    starts_at_clock: ClockTime | None = None
    people: list[PersonFacts] = Field(default_factory=list, max_length=50)
