"""Where else an address may stand: facts of the audit log, and answers kept for requests that are repeated."""

import json
import re
from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared import organisers
from shared.digests import address_digest
from shared.models import AuditEntry, Calendar, IdempotencyKey, Membership, Suppression
from shared.privacy.people import Somebody

EXPORTED = "registrations.exported"
# Characters that would make another address of it if they stood beside it.
_OF_AN_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]"


def remove_traces(session: Session, somebody: Somebody) -> Counter[str]:
    """Take the address out of every table that is not about registrations; how many rows of each were concerned."""
    return Counter(
        {
            "idempotency_key": _forget_answers(session, somebody),
            "audit_entry": _clean_audit(session, somebody),
        }
    )


def _forget_answers(session: Session, somebody: Somebody) -> int:
    query = _quoting(select(IdempotencyKey), IdempotencyKey.answer, somebody)
    if somebody.calendar is not None:
        members = select(Membership.organiser_id).where(Membership.calendar_id == somebody.calendar.id)
        query = query.where(IdempotencyKey.organiser_id.in_(members))
    found = [one for one in session.scalars(query) if quotes(one.answer, somebody)]
    for one in found:
        session.delete(one)
    return len(found)


def _clean_audit(session: Session, somebody: Somebody) -> int:
    """Facts hold no addresses; should one have got in, that fact goes and the entry stays."""
    query = _quoting(select(AuditEntry), AuditEntry.facts, somebody)
    if somebody.calendar is not None:
        query = query.where(AuditEntry.calendar_id == somebody.calendar.id)
    found = [one for one in session.scalars(query) if quotes(one.facts, somebody)]
    for entry in found:
        entry.facts = {name: fact for name, fact in entry.facts.items() if not quotes(fact, somebody)}
    return len(found)


def _quoting(query: Select[Any], column: InstrumentedAttribute[dict[str, Any]], somebody: Somebody) -> Select[Any]:
    """What may quote the address, found by the database; `quotes` tells it from longer ones."""
    return query.where(func.lower(cast(column, Text)).contains(_in_json(somebody.key), autoescape=True))


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def quotes(value: Any, somebody: Somebody) -> bool:
    """Whether the address stands in it, and not as a part of a longer one."""
    if isinstance(value, dict):
        return any(quotes(part, somebody) for part in (*value, *value.values()))
    if isinstance(value, list):
        return any(quotes(part, somebody) for part in value)
    # A full stop may end the sentence that the address stands in.
    pattern = rf"(?<!{_OF_AN_ADDRESS}){re.escape(somebody.key)}(?!\.?[\w-])"
    return isinstance(value, str) and re.search(pattern, value.lower()) is not None


def what_stays(
    session: Session, somebody: Somebody, event_ids: Collection[UUID], *, programmes: Collection[str] = ()
) -> list[str]:
    """In words: what has this address for another reason, and where it may have been taken to."""
    stays = [_exports(session, event_ids)]
    if somebody.calendar is None and organisers.by_address(session, somebody.key) is not None:
        stays.append("An organiser signs in with this address; the account stays until it is removed.")
    stays += [
        f"Answers to the mails of “{title}” go to this address, which stands in them."
        for title in session.scalars(_answered_by(somebody))
    ]
    stays += [f"The programme of “{title}” goes on naming this person." for title in sorted(programmes)]
    if session.get(Suppression, address_digest(somebody.key)) is not None:
        stays.append("The wish not to get reminders stays, under a code from which nobody can read the address.")
    return [sentence for sentence in stays if sentence]


def _exports(session: Session, event_ids: Collection[UUID]) -> str:
    """Files that left the platform are out of its reach; the audit log knows who has them."""
    query = select(func.count()).where(AuditEntry.event_id.in_(event_ids), AuditEntry.action == EXPORTED)
    count = session.scalar(query) or 0
    times = "once" if count == 1 else f"{count} times"
    return f"Lists of these events were exported {times}: see the audit log for who has the files." if count else ""


def _answered_by(somebody: Somebody) -> Select[str]:
    query = select(Calendar.title).where(func.lower(Calendar.contact_address) == somebody.key)
    return query.where(Calendar.id == somebody.calendar.id) if somebody.calendar else query
