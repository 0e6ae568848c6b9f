"""The canary: a message to ourselves through the whole line, at intervals, so that we are the first to notice a break.

Where mail comes back to us it is a real mail, and has arrived when it is read. Where it does not, and no address is set
for it, it goes as far as the mail server's word that it would take it, and no mail is left anywhere.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.models import Message, MessageKind, MessageStatus
from shared.outbox import NewMessage
from shared.settings import get_settings

KEPT_FOR = timedelta(days=7)


def address() -> str:
    """Where it goes: what the operator set, else a mailbox of our own."""
    settings = get_settings()
    if settings.canary_address is not None:
        return settings.canary_address
    return f"canary@{settings.mail_domain}" if settings.reads_replies else settings.mail_address


def is_real_mail() -> bool:
    """Whether it is sent to the end, or only announced to the server and taken back."""
    settings = get_settings()
    return settings.reads_replies or settings.canary_address is not None


def send_due(session: Session) -> int:
    """Write the next one when its time has come. Of several dispatchers one does: its occasion is the slot."""
    minutes = get_settings().canary_minutes
    if not minutes:
        return 0
    slot = int(clock.now().timestamp()) // (60 * minutes)
    latest = select(func.max(Message.created_at)).where(Message.kind == MessageKind.CANARY)
    last = session.scalar(latest.where(Message.address.is_not(None)))
    if last is not None and clock.now() - last < timedelta(minutes=minutes) and _slot(last, minutes) == slot:
        return 0
    expires_at = clock.now() + timedelta(minutes=minutes)
    new = NewMessage(None, None, MessageKind.CANARY, str(slot), address=address(), expires_at=expires_at)
    return outbox.post(session, [new])


def _slot(moment: datetime, minutes: int) -> int:
    return int(moment.timestamp()) // (60 * minutes)


def note_arrived(session: Session, message: Message) -> None:
    """It came back to us."""
    if message.kind == MessageKind.CANARY and message.opened_at is None:
        message.opened_at = clock.now()


def last_arrived(session: Session) -> datetime | None:
    """When the last one reached the end of the line, as far as it goes here."""
    end = Message.opened_at if get_settings().reads_replies else Message.sent_at
    sent = select(func.max(end)).where(Message.kind == MessageKind.CANARY, Message.address.is_not(None))
    return session.scalar(sent.where(Message.status == MessageStatus.SENT))


def forget_old(session: Session) -> int:
    """They say nothing a week later. Returns how many went."""
    old = delete(Message).where(
        Message.kind == MessageKind.CANARY,
        Message.address.is_not(None),
        Message.created_at < clock.now() - KEPT_FOR,
    )
    return len(session.scalars(old.returning(Message.id)).all())
