"""The stamp of when a form was shown: a program sends forms back sooner than anybody can read them.

The page itself is kept and given to many, so the stamp is put in when an answer leaves.
"""

import hmac
from datetime import timedelta
from uuid import UUID

from shared import clock
from shared.digests import keyed_digest
from shared.settings import get_settings

# As long as a stamp, so that the page keeps its length.
PLACEHOLDER = "form-was-shown-at".ljust(44, "-")
# A browser may show a page that it kept for days.
_LONGEST = timedelta(days=30)


def stamp(body: bytes, event_id: UUID, *, again: str = "") -> bytes:
    """The page with the stamp of this moment; or with the one it had, where it is shown `again`."""
    if _read(again, event_id) is None:
        again = _made_at(int(clock.now().timestamp() * 1000), event_id)
    return body.replace(PLACEHOLDER.encode(), again.encode())


def is_read_in_time(shown: str, event_id: UUID) -> bool:
    """Whether a form with this stamp was shown long enough ago for a person to have filled it in."""
    least = get_settings().form_minimum_time
    if not least:
        return True
    shown_at = _read(shown, event_id)
    return shown_at is not None and least <= clock.now().timestamp() - shown_at <= _LONGEST.total_seconds()


def _made_at(milliseconds: int, event_id: UUID) -> str:
    digest = keyed_digest("form", f"{event_id}:{milliseconds}")
    return f"{milliseconds:012x}{digest[:16].hex()}"


def _read(shown: str, event_id: UUID) -> float | None:
    """When that was, in seconds since 1970; None for a stamp that we did not make for this event."""
    try:
        milliseconds = int(shown[:12], 16)
    except ValueError:
        return None
    is_ours = hmac.compare_digest(_made_at(milliseconds, event_id).encode(), shown.encode())
    return milliseconds / 1000 if is_ours else None
