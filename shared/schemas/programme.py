"""The programme as it travels: items with their minutes, and the people with their parts."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.fields import ClockTime, LongText, ShortText


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
    """Someone on the programme. A part is what they do there; the rest is how they are announced."""

    model_config = ConfigDict(extra="forbid")

    name: ShortText
    part: Part = Part.SPEAKER
    role: ShortText | None = None
    organisation: ShortText | None = None
    city: ShortText | None = None


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
