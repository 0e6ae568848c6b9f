"""Field types that every request model is made of: text without control characters, zones, countries, languages."""

import re
import unicodedata
from datetime import UTC, datetime, time
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

# Line breaks and tabs are text; every other control character, and the bidirectional overrides that make
# one text look like another, are not.
LAYOUT = {"\n", "\r", "\t"}
_OTHERS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069"
_NOT_IN_TEXT = re.compile(f"[{_OTHERS}]")
_NOT_IN_LINE = re.compile(f"[{_OTHERS}\n\r]")


def is_refused(character: str) -> bool:
    """Whether no text may hold it, unless it is one of LAYOUT."""
    return character in LAYOUT or _NOT_IN_TEXT.match(character) is not None


def clean_line(value: str) -> str:
    """Trim and fold white space; refuse control characters and line breaks."""
    if _NOT_IN_LINE.search(value):
        raise ValueError("contains control characters or line breaks; remove them")
    return unicodedata.normalize("NFC", " ".join(value.split()))


def clean_text(value: str) -> str:
    """Trim; keep line breaks; refuse other control characters."""
    if _NOT_IN_TEXT.search(value):
        raise ValueError("contains control characters; remove them")
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n").strip())


class _OrEmpty:
    """Says in the schema of an optional text that an empty one is taken, too, for nothing."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        schema["anyOf"].append({"type": "string", "maxLength": 0})
        return schema


def _empty_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


# What JSON schema calls a date-time or a time has an offset; on a wall clock there is none.
WITHOUT_OFFSET = WithJsonSchema(
    {
        "type": "string",
        "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?$",
        "examples": ["2027-03-03T15:00:00"],
    }
)
LocalTime = Annotated[datetime, WITHOUT_OFFSET]


def not_a_number(value: object) -> object:
    """Pydantic would take a bare number for the seconds since 1970."""
    if isinstance(value, int | float):
        raise ValueError("is a number; write the moment as text, such as 2027-03-03T14:00:00Z")
    return value


# What people mean by a date here; beyond it arithmetic with zones and lengths would run out of years.
EARLIEST, LATEST = datetime(1970, 1, 2), datetime(2199, 12, 31)
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(not_a_number),
    Field(ge=EARLIEST.replace(tzinfo=UTC), le=LATEST.replace(tzinfo=UTC)),
]

Line = Annotated[str, AfterValidator(clean_line)]
ShortText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(clean_line), Field(min_length=1)]
LongText = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(clean_line), Field(min_length=1)]
Markdown = Annotated[str, Field(max_length=50_000), AfterValidator(clean_text)]


def _without_offset(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("has an offset; give the time on the clocks of the event's zone")
    return value


ClockTime = Annotated[
    time,
    BeforeValidator(not_a_number),
    AfterValidator(_without_offset),
    WithJsonSchema({"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$", "examples": ["15:00:00"]}),
]
EMPTY_IS_NONE, OR_EMPTY = BeforeValidator(_empty_is_none), _OrEmpty()
OptionalShortText = Annotated[ShortText | None, EMPTY_IS_NONE, OR_EMPTY]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
