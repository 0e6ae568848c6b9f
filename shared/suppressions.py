"""Addresses that get nothing but what their own registrations require."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.digests import address_digest
from shared.models import Suppression

UNSUBSCRIBED = "unsubscribed"


def suppress(session: Session, address: str, reason: str) -> None:
    """Once is enough: the first reason stays."""
    row = {"digest": address_digest(address), "reason": reason}
    session.execute(insert(Suppression).values(row).on_conflict_do_nothing())


def suppressed(session: Session, addresses: Sequence[str]) -> list[str]:
    """Those of these addresses that are."""
    by_digest = {address_digest(address): address for address in addresses}
    found = session.scalars(select(Suppression.digest).where(Suppression.digest.in_(by_digest)))
    return [by_digest[digest] for digest in found]


def is_suppressed(session: Session, address: str) -> bool:
    return session.get(Suppression, address_digest(address)) is not None
