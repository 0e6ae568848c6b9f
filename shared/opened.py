"""Which mails were used: somebody did something on a page that a link in the mail leads to. No pixel tells of it."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared import clock, reachability
from shared.models import Message


def note(session: Session, message_id: UUID) -> None:
    """A person, not a program that scans mail, came through this mail: it arrived. The first time counts.

    Nothing where the message is no more.
    """
    message = session.get(Message, message_id)
    if message is None:
        return
    first = update(Message).where(Message.id == message_id, Message.opened_at.is_(None))
    session.execute(first.values(opened_at=clock.now()))
    if message.registration is not None and not reachability.went_elsewhere(message, message.registration):
        reachability.mark_reached(session, message.registration)
    elif message.invitation is not None and message.invitation.undelivered_at is not None:
        message.invitation.undelivered_at = None
        session.flush()
