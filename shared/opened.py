"""Which mails were used: somebody did something on a page that a link in the mail leads to. No pixel tells of it."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared import clock, reachability
from shared.models import Invitation, Message, Registration


def note(session: Session, message_id: UUID) -> None:
    """A person, not a program that scans mail, came through this mail: it arrived. The first time counts.

    Nothing where the message is no more. Reads only what it needs: a crowd that joins comes this way.
    """
    marks = (Message.opened_at, Registration.undelivered_at, Invitation.undelivered_at)
    query = select(*marks).outerjoin(Message.registration).outerjoin(Message.invitation)
    found = session.execute(query.where(Message.id == message_id)).one_or_none()
    if found is None:
        return
    opened_at, *undelivered = found
    if opened_at is None:
        first = update(Message).where(Message.id == message_id, Message.opened_at.is_(None))
        session.execute(first.values(opened_at=clock.now()))
    if any(undelivered):
        _mark_reached(session, session.get_one(Message, message_id))


def _mark_reached(session: Session, message: Message) -> None:
    if message.registration is not None and not reachability.went_elsewhere(message, message.registration):
        reachability.mark_reached(session, message.registration)
    elif message.invitation is not None:
        message.invitation.undelivered_at = None
        session.flush()
