"""Field types that every request model is made of: text without control characters, zones, countries, languages."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

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


def _empty_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Line = Annotated[str, AfterValidator(clean_line)]
ShortText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(clean_line), Field(min_length=1)]
LongText = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(clean_line), Field(min_length=1)]
Markdown = Annotated[str, Field(max_length=50_000), AfterValidator(clean_text)]
OptionalShortText = Annotated[ShortText | None, BeforeValidator(_empty_is_none)]
