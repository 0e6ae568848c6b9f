"""Canaries: messages that we sent to ourselves, through the whole line and back."""

import re
from uuid import UUID

from sqlalchemy.orm import Session

from shared import canary
from shared.inbound.outcomes import Outcome, done, ignored
from shared.inbound.parsing import ReceivedMail
from shared.models import Message, MessageKind

_IDENTIFIER = re.compile(rf"<{MessageKind.CANARY}\.([0-9a-f-]{{36}})\.")


def find(session: Session, mail: ReceivedMail) -> Message | None:
    """By its Message-ID, which has the message's own id: it is the same mail, wherever it went in between."""
    named = _IDENTIFIER.match(mail.header("Message-ID").lower())
    try:
        message = session.get(Message, UUID(named[1])) if named else None
    except ValueError:
        return None
    return message if message is not None and message.kind == MessageKind.CANARY else None


def take_in(session: Session, message: Message | None) -> Outcome:
    if message is None:
        return ignored("A canary that nobody waits for any more.")
    canary.note_arrived(session, message)
    session.flush()
    return done("The canary is back.")
