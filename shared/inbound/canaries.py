"""Canaries: messages that we sent to ourselves, through the whole line and back."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.inbound.outcomes import Outcome, done, ignored
from shared.inbound.parsing import ReceivedMail
from shared.models import Message, MessageKind


def find(session: Session, mail: ReceivedMail, recipient: str) -> Message | None:
    """By the address it was sent to, which is its own; or by the address and the header where it came by a detour."""
    query = select(Message).where(
        Message.kind == MessageKind.CANARY, func.lower(Message.address) == recipient.strip().lower()
    )
    found = session.scalars(query.order_by(Message.id.desc()).limit(50)).all()
    identifier = mail.header("Message-ID").lower()
    by_identifier = [one for one in found if str(one.id) in identifier or one.occasion.lower() in identifier]
    return next(iter(by_identifier or (found if len(found) == 1 else [])), None)


def take_in(session: Session, canary: Message | None, at: datetime) -> Outcome:
    if canary is None:
        return ignored("A canary of nobody: no such message was sent.")
    canary.opened_at = canary.opened_at or at
    session.flush()
    return done("The canary is back.")
