"""Erasures that survive the restoring of a backup: a list without addresses, and doing again what stands in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from shared.digests import address_digest
from shared.models import (
    Calendar,
    Erasure,
    InboundMail,
    Invitation,
    LinkRequest,
    Message,
    PersonalFeed,
    Registration,
    Speaker,
)
from shared.privacy.erasing import erase, same_erasure
from shared.schemas.privacy import ErasureFact, ErasureReport


def listed(session: Session) -> list[ErasureFact]:
    """All erasures, oldest first. Only who has our secret key can tell whether an address is among them."""
    return [
        ErasureFact(digest=one.digest.hex(), erased_at=one.erased_at, calendar_id=one.calendar_id)
        for one in session.scalars(select(Erasure).order_by(Erasure.erased_at, Erasure.id))
    ]


def note(session: Session, facts: Sequence[ErasureFact]) -> int:
    """Take a list from elsewhere into this database, so that it stands in the next backup too. How many were new."""
    unknown = [one for one in facts if session.scalar(_same(one)) is None]
    session.add_all(
        Erasure(digest=bytes.fromhex(one.digest), erased_at=one.erased_at, calendar_id=one.calendar_id, facts={})
        for one in unknown
    )
    session.flush()
    return len(unknown)


def _same(fact: ErasureFact) -> Select[Erasure]:
    return same_erasure(bytes.fromhex(fact.digest), fact.erased_at, fact.calendar_id)


def addresses(session: Session) -> Sequence[str]:
    """Everybody there is, each address once."""
    columns = (
        Registration.address,
        Registration.participation_address,
        LinkRequest.address,
        Invitation.address,
        Speaker.address,
        Message.address,
        PersonalFeed.address,
        InboundMail.sender,
    )
    found = union(*(select(func.lower(column)).where(column.is_not(None)) for column in columns))
    return session.scalars(found).all()


def by_digest(session: Session) -> dict[bytes, list[Erasure]]:
    found: dict[bytes, list[Erasure]] = defaultdict(list)
    for erasure in session.scalars(select(Erasure).order_by(Erasure.erased_at)):
        found[erasure.digest].append(erasure)
    return found


def repeat(session: Session, address: str, erasures: Mapping[bytes, Sequence[Erasure]]) -> list[ErasureReport]:
    """Erase an address again if it was erased; a report for each time that something had come back.

    Only what is older than the erasure: whoever came again afterwards has agreed again.
    """
    reports = [_again(session, address, erasure) for erasure in erasures.get(address_digest(address), ())]
    return [report for report in reports if report is not None and report.removed]


def _again(session: Session, address: str, erasure: Erasure) -> ErasureReport | None:
    calendar = session.get(Calendar, erasure.calendar_id) if erasure.calendar_id else None
    if erasure.calendar_id is not None and calendar is None:
        return None
    return erase(session, address, by=None, calendar=calendar, until=erasure.erased_at)
