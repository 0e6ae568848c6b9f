"""Cursors: where the next page begins. Opaque to the reader, and not a promise about how many there are."""

import base64
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from shared.errors import InvalidInput

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
After = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]
_LARGEST = 2**31 - 1


def encode(*keys: object) -> str:
    return base64.urlsafe_b64encode("|".join(map(str, keys)).encode()).decode().rstrip("=")


def decode(cursor: str, *, keys: int) -> list[str]:
    """Raises InvalidInput for what `encode` did not make."""
    try:
        parts = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
    except ValueError:
        parts = []
    if len(parts) != keys:
        raise not_a_cursor()
    return parts


def number(cursor: str) -> int:
    [text] = decode(cursor, keys=1)
    if not text.isdecimal() or int(text) > _LARGEST:
        raise not_a_cursor()
    return int(text)


def identifier(cursor: str) -> UUID:
    try:
        return UUID(decode(cursor, keys=1)[0])
    except ValueError:
        raise not_a_cursor() from None


def moment_and_id(cursor: str) -> tuple[datetime | None, UUID]:
    """The start (None for events without one) and id of the last row of the page before."""
    moment, event_id = decode(cursor, keys=2)
    try:
        starts_at = datetime.fromisoformat(moment) if moment else None
        if starts_at is not None and starts_at.tzinfo is None:
            raise not_a_cursor()
        return starts_at, UUID(event_id)
    except ValueError:
        raise not_a_cursor() from None


def not_a_cursor() -> InvalidInput:
    return InvalidInput("The page asked for does not exist.", fields={"after": "is not a cursor; take it from `next`"})
