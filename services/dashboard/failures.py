"""What can go wrong between the dashboard and the API, as values that a cache can keep."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared import clock


class Cause(StrEnum):
    UNREACHABLE = "unreachable"  # No answer in time, or no connection at all.
    BROKEN = "broken"  # An answer that is an error of the server's, or that cannot be read.
    SIGNED_OUT = "signed-out"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    REFUSED = "refused"  # The request contradicts a rule; `detail` says which.
    OUTDATED = "outdated"  # Somebody else has changed the event since it was read.
    BUSY = "busy"


_CAUSES = {
    401: Cause.SIGNED_OUT,
    403: Cause.FORBIDDEN,
    404: Cause.NOT_FOUND,
    412: Cause.OUTDATED,
    429: Cause.BUSY,
}


@dataclass(frozen=True)
class Failure:
    """`code` is the last part of the problem's `type`; `detail` and `fields` are the API's words (RFC 9457).

    `retry_after` is in seconds.
    """

    cause: Cause
    title: str
    detail: str = ""
    code: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    at: datetime = field(default_factory=clock.now)

    @classmethod
    def of_fields(cls, fields: Mapping[str, str]) -> "Failure":
        """What was found wrong here, before anything was asked of the API."""
        return cls(Cause.REFUSED, "Nothing was saved yet", "Correct what is marked, then save.", fields=dict(fields))

    @property
    def is_passing(self) -> bool:
        """Whether the same request may well succeed in a moment, so that what is on screen should stay."""
        return self.cause in {Cause.UNREACHABLE, Cause.BROKEN, Cause.BUSY}


def unreachable(reason: str) -> Failure:
    return Failure(Cause.UNREACHABLE, "The service is not answering", reason)


def from_problem(status: int, problem: Mapping[str, Any], *, retry_after: float | None = None) -> Failure:
    """A failure from an `application/problem+json` answer, whose members may all be missing."""
    fallback = Cause.BROKEN if status >= 500 else Cause.REFUSED
    return Failure(
        cause=_CAUSES.get(status, fallback),
        title=str(problem.get("title") or f"The service answered {status}"),
        detail=str(problem.get("detail") or ""),
        code=str(problem.get("type") or "").rstrip("/").rpartition("/")[2],
        fields=_fields(problem.get("errors")),
        retry_after=retry_after,
    )


def _fields(errors: object) -> dict[str, str]:
    entries = errors if isinstance(errors, list) else []
    return {
        str(entry.get("field") or ""): str(entry.get("message") or "") for entry in entries if isinstance(entry, dict)
    }
