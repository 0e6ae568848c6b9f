"""What a worker writes between two mails: that one was sent, with all that follows from it, and a look at the next.

Each mail is marked in a transaction of its own, right after the server's answer. That is most of what PostgreSQL does
for a mail, so it is one statement and one journey: the row, its tally, what the reader's calendar holds from now on,
and whether the next mail is still wanted. Rows are locked in the order of docs/architecture.md.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared import clock, tallies
from shared.digests import address_digest
from shared.models import INVITING, TAKING_BACK, Message

Values = Mapping[str, Any]

_BY_RULES = ", ".join(f"'{kind.value}'" for kind in sorted(tallies.SENT_BY_RULES))
# For psycopg, in its own style of parameters. Written twice, it changes nothing the second time: whoever lost the
# database in the middle of it may run it again. Without a message to mark, it only looks; without a next, only marks.
STATEMENT = f"""
WITH registered AS MATERIALIZED (
    SELECT id FROM registration WHERE id = %(registration_id)s::uuid FOR NO KEY UPDATE
), speaking AS MATERIALIZED (
    SELECT id FROM speaker WHERE id = %(speaker_id)s::uuid FOR NO KEY UPDATE
), held AS MATERIALIZED (
    -- Counting the people makes PostgreSQL lock them first.
    SELECT id, event_id, kind, occasion, status FROM message
    WHERE id = %(message_id)s::uuid AND (SELECT count(*) FROM registered) + (SELECT count(*) FROM speaking) >= 0
    FOR NO KEY UPDATE
), marked AS (
    UPDATE message SET status = 'sent', lease_until = NULL, sent_at = %(sent_at)s::timestamptz, reply = %(reply)s::text,
        revision = %(revision)s::integer, attempts = attempts + 1
    FROM held WHERE message.id = held.id AND held.status NOT IN ('sent', 'bounced')
    RETURNING held.event_id, held.kind, held.occasion, held.status
), placed AS (
    UPDATE registration SET entry_sequence = %(held_sequence)s::integer, entry_revision = %(held_revision)s::integer
    FROM held, registered
    WHERE registration.id = registered.id
        AND (registration.entry_sequence IS NULL OR registration.entry_sequence <= %(sequence)s::integer)
), called AS (
    UPDATE speaker SET entry_sequence = %(held_sequence)s::integer
    FROM held, speaking
    WHERE speaker.id = speaking.id
        AND (speaker.entry_sequence IS NULL OR speaker.entry_sequence <= %(sequence)s::integer)
), counted AS (
    INSERT INTO mail_tally (event_id, kind, occasion, status, shard, count)
    SELECT marked.event_id, marked.kind, CASE WHEN marked.kind IN ({_BY_RULES}) THEN marked.occasion ELSE '' END,
        moved.status, %(shard)s::smallint, moved.count
    FROM marked CROSS JOIN LATERAL (VALUES (marked.status, -1), ('sent', 1)) AS moved (status, count)
    WHERE marked.event_id IS NOT NULL
    ORDER BY moved.status COLLATE "C"
    ON CONFLICT (event_id, kind, occasion, status, shard) DO UPDATE SET count = mail_tally.count + excluded.count
)
SELECT status = 'sending' AND lease_until = %(next_lease)s::timestamptz,
    EXISTS (SELECT FROM suppression WHERE digest = %(next_digest)s::bytea)
FROM message WHERE id = %(next_id)s::uuid
"""
# The same in PostgreSQL's own style, for whoever does not wait for it (`as_text` has the values in their order).
_PARAMETER = re.compile(r"%\((\w+)\)s")
_ORDER = tuple(dict.fromkeys(_PARAMETER.findall(STATEMENT)))
NUMBERED_STATEMENT = _PARAMETER.sub(lambda name: f"${_ORDER.index(name[1]) + 1}", STATEMENT).encode()
NOTHING_SENT: Values = {
    "message_id": None,
    "sent_at": None,
    "reply": None,
    "revision": None,
    "shard": None,
    "registration_id": None,
    "speaker_id": None,
    "sequence": None,
    "held_sequence": None,
    "held_revision": None,
}
NOTHING_NEXT: Values = {"next_id": None, "next_lease": None, "next_digest": None}


class Standing(NamedTuple):
    """How a message stands right before it is sent. One that is gone, or in the hands of another, is not wanted."""

    is_wanted: bool
    is_suppressed: bool


GONE = Standing(is_wanted=False, is_suppressed=False)


def sent(message: Message, reply: str) -> Values:
    """To mark it as the server answered."""
    revision = message.event.revision if message.event is not None else None
    return {
        "message_id": message.id,
        "sent_at": clock.now(),
        "reply": reply,
        "revision": revision,
        "shard": tallies.shard(),
        **_entry(message, revision),
    }


def following(message: Message, address: str) -> Values:
    """To look whether it is still wanted and still ours, and whether somebody unsubscribed from its address."""
    return {"next_id": message.id, "next_lease": message.lease_until, "next_digest": address_digest(address)}


def as_text(values: Values) -> list[bytes | None]:
    return [_as_text(values[name]) for name in _ORDER]


def _as_text(value: object) -> bytes | None:
    """As PostgreSQL reads values of these types."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    return (value.isoformat() if isinstance(value, datetime) else str(value)).encode()


def _entry(message: Message, revision: int | None) -> Values:
    """The ledger: what the reader's calendar holds from now on. Of two mails that overtook each other, the later
    SEQUENCE counts, as it does in calendars (RFC 5546 section 2.1.5)."""
    is_taken_back = message.kind in TAKING_BACK and bool(message.facts.get("with_entry"))
    if message.kind not in INVITING and not is_taken_back:
        return _entry_of(None, None, None, None, None)
    held = (None, None) if is_taken_back else (message.sequence, revision)
    return _entry_of(message.registration_id, message.speaker_id, message.sequence, *held)


def _entry_of(
    registration_id: UUID | None,
    speaker_id: UUID | None,
    sequence: int | None,
    held_sequence: int | None,
    held_revision: int | None,
) -> Values:
    return {
        "registration_id": registration_id,
        "speaker_id": speaker_id,
        "sequence": sequence,
        "held_sequence": held_sequence,
        "held_revision": held_revision,
    }
