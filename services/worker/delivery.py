"""From claimed messages to the mail server's word for each: claim, compose, hand over, mark, one after the other."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from shared import clock, outbox, return_addresses, suppressions
from shared.database import new_session
from shared.mail.composing import Composer
from shared.mail.mime import build
from shared.mail.recipients import recipient_of
from shared.mail.smtp import MailServer, Reply, Verdict, mail_server
from shared.models import Message
from shared.settings import Settings, get_settings

log = structlog.get_logger()

# Minutes to wait after the 1st, 2nd, … temporary refusal of one mail; the last one again and again, for a day.
BACK_OFF_MINUTES = (1, 5, 15, 60)
# Seconds after which an unreachable server is tried again, doubling up to the longest.
UNREACHABLE_SECONDS, LONGEST_UNREACHABLE_SECONDS = 10, 300


def deliver(message_ids: Sequence[UUID]) -> int:
    """Deliver what of these is still to be delivered. Returns how many the mail server took.

    Each message is marked in a transaction of its own right after the server's answer, so that a crash can repeat
    only the one in flight.
    """
    settings = get_settings()
    with new_session() as session, mail_server(settings) as server:
        held_until = clock.now() + settings.lease_lifetime
        messages = outbox.claim(session, message_ids, until=held_until)
        session.commit()
        delivery = _Delivery(session, server, settings)
        # Stop in time: whoever takes over after the lease must not meet us still sending.
        latest = held_until - timedelta(seconds=2 * settings.smtp_timeout)
        accepted = 0
        for message in messages:
            if clock.now() >= latest:
                outbox.give_back(session, message)
                session.commit()
                continue
            accepted += delivery.deliver_one(message)
        return accepted


class _Delivery:
    def __init__(self, session: Session, server: MailServer, settings: Settings) -> None:
        self.session, self.server, self.settings = session, server, settings
        self.composer = Composer(session)

    def deliver_one(self, message: Message) -> bool:
        is_accepted = False
        if outbox.is_still_wanted(self.session, message) and not self._is_settled_without_sending(message):
            is_accepted = self._hand_over(message)
        self.session.commit()
        return is_accepted

    def _is_settled_without_sending(self, message: Message) -> bool:
        if message.expires_at is not None and message.expires_at <= clock.now():
            outbox.mark_failed(self.session, message, reply="Too late: the moment it was for has passed.")
            return True
        address = recipient_of(message).address
        if outbox.is_optional(message) and suppressions.is_suppressed(self.session, address):
            outbox.mark_suppressed(self.session, message)
            return True
        return False

    def _hand_over(self, message: Message) -> bool:
        try:
            mail = build(self.composer.compose(message))
        except Exception as problem:
            # One mail that cannot be written must not hold up the others; it stays visible as failed.
            error = type(problem).__name__
            log.error("message.not_composed", id=str(message.id), kind=message.kind, error=error)
            outbox.mark_failed(self.session, message, reply=f"Could not be written: {error}")
            return False
        recipient = recipient_of(message).address
        reply = self.server.send(mail, sender=return_addresses.envelope_sender(message), recipient=recipient)
        self._note(message, reply)
        return reply.verdict is Verdict.ACCEPTED

    def _note(self, message: Message, reply: Reply) -> None:
        log.info(f"message.{reply.verdict.value}", id=str(message.id), kind=message.kind, attempt=message.attempts + 1)
        if reply.verdict is Verdict.ACCEPTED:
            outbox.mark_sent(self.session, message, reply=reply.text)
        elif reply.verdict is Verdict.NEVER:
            outbox.mark_failed(self.session, message, reply=reply.text)
        else:
            outbox.retry_later(self.session, message, wait=_wait(message.attempts, reply.verdict), reply=reply.text)


def _wait(attempts: int, verdict: Verdict) -> timedelta:
    if verdict is Verdict.UNREACHABLE:
        return timedelta(seconds=min(UNREACHABLE_SECONDS * 2 ** min(attempts, 10), LONGEST_UNREACHABLE_SECONDS))
    return timedelta(minutes=BACK_OFF_MINUTES[min(attempts, len(BACK_OFF_MINUTES) - 1)])
