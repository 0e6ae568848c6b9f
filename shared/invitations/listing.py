"""The invitations of an event as an organiser looks at them: found, counted, with what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from shared.invitations.daily_limit import is_waiting, per_day
from shared.models import Event, Invitation, InvitationStatus, Message
from shared.schemas.invitations import InvitationAnswer, InvitationCounts

_AS_THEY_ARE = (
    "id", "name", "language", "status", "created_at", "posted_at", "nudged_at", "answered_at", "undelivered_at",
    "registration_id",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """None asks for all but the withdrawn. `search` is the beginning of an address, or a part of a name."""

    search: str = ""
    status: InvitationStatus | None = None


def query(event_id: UUID, wish: Wish, *, with_address: bool) -> Select[Invitation]:
    """In the order they were invited. Without `with_address` an address cannot be found either: it could be guessed."""
    is_asked = (
        Invitation.status != InvitationStatus.WITHDRAWN if wish.status is None else Invitation.status == wish.status
    )
    found = select(Invitation).where(Invitation.event_id == event_id, is_asked)
    words = " ".join(wish.search.replace("\0", " ").split())
    if words:
        found = found.where(_matches(words, with_address=with_address))
    return found.order_by(Invitation.id).options(joinedload(Invitation.registration))


def _matches(words: str, *, with_address: bool) -> ColumnElement[bool]:
    in_name = func.coalesce(Invitation.name, "").icontains(words, autoescape=True)
    if not with_address:
        return in_name
    return or_(func.lower(Invitation.address).startswith(words.lower(), autoescape=True), in_name)


def counts(session: Session, event: Event) -> InvitationCounts:
    def of(status: InvitationStatus) -> ColumnElement[int]:
        return func.count().filter(Invitation.status == status)

    is_kept = Invitation.event_id == event.id, Invitation.status != InvitationStatus.WITHDRAWN
    columns = (
        of(InvitationStatus.PENDING),
        of(InvitationStatus.ACCEPTED),
        of(InvitationStatus.DECLINED),
        func.count().filter(is_waiting()),
        func.count().filter(Invitation.undelivered_at.is_not(None)),
    )
    pending, accepted, declined, waiting, undelivered = session.execute(select(*columns).where(*is_kept)).one()
    return InvitationCounts(
        pending=pending,
        accepted=accepted,
        declined=declined,
        waiting=waiting,
        undelivered=undelivered,
        per_day=per_day(event),
    )


def answers(session: Session, found: Sequence[Invitation], *, with_address: bool) -> list[InvitationAnswer]:
    """With the state of the latest mail to each, and of what they registered."""
    mails = _latest_mails(session, [one.id for one in found])
    return [
        InvitationAnswer(
            **{name: getattr(one, name) for name in _AS_THEY_ARE},
            address=one.address if with_address else None,
            mail=mails.get(one.id),
            registration_status=one.registration.status if one.registration else None,
        )
        for one in found
    ]


def _latest_mails(session: Session, ids: Sequence[UUID]) -> dict[UUID | None, str]:
    latest = select(Message.invitation_id, Message.status).where(Message.invitation_id.in_(ids))
    latest = latest.ext(distinct_on(Message.invitation_id)).order_by(Message.invitation_id, Message.id.desc())
    return {invitation_id: status for invitation_id, status in session.execute(latest)}
