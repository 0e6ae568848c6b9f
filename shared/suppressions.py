"""Addresses that get nothing but what their own registrations require."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.digests import address_digest
from shared.models import Suppression

# Their own wish; what a mailbox provider reported as theirs; mail to it came back.
UNSUBSCRIBED = "unsubscribed"
COMPLAINT = "complaint"
BOUNCED = "bounced"


def suppress(session: Session, address: str, reason: str) -> None:
    """Once is enough: the first reason stays. Only that mail came back gives way, because that may end by itself."""
    row = {"digest": address_digest(address), "reason": reason}
    statement = insert(Suppression).values(row)
    weaker = Suppression.reason == BOUNCED
    session.execute(statement.on_conflict_do_update(index_elements=["digest"], set_={"reason": reason}, where=weaker))


def lift_bounced(session: Session, address: str) -> None:
    """Somebody answered from the address: mail arrives there again. What people wished for stays."""
    ours = Suppression.digest == address_digest(address), Suppression.reason == BOUNCED
    session.execute(delete(Suppression).where(*ours))


def suppressed(session: Session, addresses: Sequence[str]) -> list[str]:
    """Those of these addresses that are."""
    by_digest = {address_digest(address): address for address in addresses}
    found = session.scalars(select(Suppression.digest).where(Suppression.digest.in_(by_digest)))
    return [by_digest[digest] for digest in found]


def is_suppressed(session: Session, address: str) -> bool:
    return session.get(Suppression, address_digest(address)) is not None
