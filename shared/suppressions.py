"""Addresses that get nothing but what their own registrations require."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.models import Suppression

UNSUBSCRIBED = "unsubscribed"


def _key(address: str) -> str:
    return address.strip().lower()


def suppress(session: Session, address: str, reason: str) -> None:
    """Once is enough: the first reason stays."""
    session.execute(insert(Suppression).values(address=_key(address), reason=reason).on_conflict_do_nothing())


def is_suppressed(session: Session, address: str) -> bool:
    return session.get(Suppression, _key(address)) is not None
