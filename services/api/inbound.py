"""What came back about one person, as organisers see it: when, what it was, and what followed."""

from fastapi import APIRouter
from sqlalchemy import select

from services.api import paging
from services.api.auth import ViewedRegistration
from services.api.database import DatabaseSession
from shared.models import InboundMail
from shared.schemas.mail import InboundAnswer, InboundPage

router = APIRouter(prefix="/registrations/{registration_id}", tags=["registrations"])
# Not the mail itself: what it says is nobody's business but the program's that reads it.
_SHOWN = (
    InboundMail.id,
    InboundMail.received_at,
    InboundMail.kind,
    InboundMail.status,
    InboundMail.outcome,
    InboundMail.message_id,
)


@router.get("/inbound")
def list_inbound(
    registration: ViewedRegistration,
    session: DatabaseSession,
    limit: paging.Limit = 50,
    after: paging.After = None,
) -> InboundPage:
    """Bounces, complaints and answers of calendars about one registration, latest first; kept for 30 days."""
    query = select(*_SHOWN).where(InboundMail.registration_id == registration.id).order_by(InboundMail.id.desc())
    if after is not None:
        query = query.where(InboundMail.id < paging.identifier(after))
    found = session.execute(query.limit(limit + 1)).all()
    cursor = paging.encode(found[limit - 1].id) if len(found) > limit else None
    rows = [InboundAnswer.model_validate(one, from_attributes=True) for one in found[:limit]]
    return InboundPage(mails=rows, next=cursor)
