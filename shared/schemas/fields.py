"""Field types that every request model is made of: text without control characters, zones, countries, languages."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

# Line breaks and tabs are text; every other control character, and the bidirectional overrides that make
# one text look like another, are not.
LAYOUT = {"\n", "\r", "\t"}
_OVERRIDES = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def is_refused(character: str) -> bool:
    """Whether no text may hold it, unless it is one of LAYOUT."""
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _OVERRIDES


def clean_line(value: str) -> str:
    """Trim and fold white space; refuse control characters and line breaks."""
    if any(is_refused(character) and character != "\t" for character in value):
        raise ValueError("contains control characters or line breaks; remove them")
    return unicodedata.normalize("NFC", " ".join(value.split()))


def clean_text(value: str) -> str:
    """Trim; keep line breaks; refuse other control characters."""
    if any(is_refused(character) and character not in LAYOUT for character in value):
        raise ValueError("contains control characters; remove them")
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n").strip())


def _empty_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Line = Annotated[str, AfterValidator(clean_line)]
ShortText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(clean_line), Field(min_length=1)]
LongText = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(clean_line), Field(min_length=1)]
Markdown = Annotated[str, Field(max_length=50_000), AfterValidator(clean_text)]
OptionalShortText = Annotated[ShortText | None, BeforeValidator(_empty_is_none)]
