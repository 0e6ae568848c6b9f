"""From claimed messages to the mail server's word for each: look, compose, hand over, mark, one after the other."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.worker import provider_limit, throughput
from services.worker.between import Between
from shared import canary, clock, outbox, return_addresses
from shared.database import new_session
from shared.mail.composing import Composer
from shared.mail.mime import octets
from shared.mail.recipients import Recipient, recipient_of
from shared.mail.signing import sign
from shared.mail.smtp import MailServer, Reply, Verdict, mail_server
from shared.marking import Standing
from shared.models import Message, MessageKind
from shared.settings import Settings, get_settings

log = structlog.get_logger()

# Minutes to wait after the 1st, 2nd, … temporary refusal of one mail; the last one again and again, for a day.
BACK_OFF_MINUTES = (1, 5, 15, 60)
# Seconds after which an unreachable server is tried again, doubling up to the longest.
UNREACHABLE_SECONDS, LONGEST_UNREACHABLE_SECONDS = 10, 300
# A worker turns to the next job after this long, whatever is left of this one: the next may be urgent.
LONGEST_TURN = timedelta(seconds=5)


def deliver(message_ids: Sequence[UUID]) -> int:
    """Deliver what of these is still to be delivered. Returns how many the mail server took."""
    with mail_server(get_settings()) as server:
        return deliver_over(server, message_ids)


def deliver_over(server: MailServer, message_ids: Sequence[UUID]) -> int:
    """The same over a connection that may be open already, and stays so.

    Each message is marked in a transaction of its own right after the server's answer, so that a crash can repeat
    only the one in flight.
    """
    settings = get_settings()
    began_at = clock.now()
    held_until = began_at + settings.lease_lifetime
    # Whoever takes over after the lease must not meet us still sending.
    latest = held_until - timedelta(seconds=2 * settings.smtp_timeout)
    with new_session() as session, Between() as between:
        messages = outbox.claim(session, message_ids, until=held_until)
        session.commit()
        turn = _Turn(session, server, between, settings, ends_at=min(latest, began_at + LONGEST_TURN), latest=latest)
        accepted = turn.deliver_all(messages)
    seconds = (clock.now() - began_at).total_seconds()
    throughput.of_this_process.note(accepted, seconds)
    log.info("mail.turn_ended", messages=len(messages), accepted=accepted, seconds=round(seconds, 3))
    return accepted


class _Turn:
    def __init__(
        self,
        session: Session,
        server: MailServer,
        between: Between,
        settings: Settings,
        *,
        ends_at: datetime,
        latest: datetime,
    ) -> None:
        self.session, self.server, self.between, self.settings = session, server, between, settings
        self.ends_at, self.latest = ends_at, latest
        self.composer = Composer(session)

    def deliver_all(self, messages: Sequence[Message]) -> int:
        accepted = 0
        for number, message in enumerate(messages):
            if not self._has_time(is_first=number == 0):
                outbox.give_back(self.session, messages[number:])
                self.session.commit()
                break
            accepted += self.deliver_one(message)
        return accepted

    def _has_time(self, *, is_first: bool) -> bool:
        """Time for one more. A turn sends one mail at least, so that no job goes round in circles."""
        if not is_first and clock.now() >= self.ends_at:
            return False
        if not self.settings.smtp_rate_per_minute:
            return True
        # Nothing stays unmarked while we wait.
        self.between.mark()
        return provider_limit.wait_for_turn(self.settings.smtp_rate_per_minute, until=self.ends_at)

    def deliver_one(self, message: Message) -> bool:
        recipient = recipient_of(message)
        way = {"sender": return_addresses.envelope_sender(message), "recipient": recipient.address}
        is_probe = message.kind == MessageKind.CANARY and not canary.is_real_mail()
        # Meanwhile PostgreSQL marks the one before, and the mail server answers for this one.
        self.between.turn_to(message, recipient.address)
        if not is_probe:
            self.server.announce(**way)
        written = b"" if is_probe else self._written(message, recipient)
        content = self._approved(message, written, self.between.standing())
        if content is None:
            self.server.take_back()
            return False
        return self._note(message, self.server.probe(**way) if is_probe else self.server.send(content, **way))

    def _approved(self, message: Message, written: bytes | Exception, standing: Standing) -> bytes | None:
        """The mail, where it is to be sent; otherwise the message is settled, or left to others."""
        # Looking may have taken as long as the database was away: what we no longer hold for sure is found again.
        if not standing.is_wanted or clock.now() >= self.latest:
            return None
        if self._is_settled_without_sending(message, standing):
            return None
        if isinstance(written, Exception):
            self._give_up(message, written)
            return None
        return written

    def _is_settled_without_sending(self, message: Message, standing: Standing) -> bool:
        if message.expires_at is not None and message.expires_at <= clock.now():
            outbox.mark_failed(self.session, message, reply="Too late: the moment it was for has passed.")
        elif standing.is_suppressed and outbox.is_optional(message):
            outbox.mark_suppressed(self.session, message)
        else:
            return False
        self.session.commit()
        return True

    def _written(self, message: Message, recipient: Recipient) -> bytes | Exception:
        """Or what went wrong: one mail that cannot be written must not hold up the others."""
        try:
            return sign(octets(self.composer.compose(message, recipient)), self.settings)
        except SQLAlchemyError:
            # Nothing is wrong with the mail: the database went away.
            raise
        except Exception as problem:
            return problem
        finally:
            if self.session.in_transaction():
                # Nothing is held open while the mail server takes its time.
                self.session.commit()

    def _give_up(self, message: Message, problem: Exception) -> None:
        """It stays visible as failed."""
        error = type(problem).__name__
        log.error("message.not_composed", id=str(message.id), kind=message.kind, error=error)
        outbox.mark_failed(self.session, message, reply=f"Could not be written: {error}")
        self.session.commit()

    def _note(self, message: Message, reply: Reply) -> bool:
        """What the server said. True where it took the mail."""
        if reply.verdict is Verdict.ACCEPTED:
            self.between.note_sent(message, reply.text)
            return True
        log.info(f"message.{reply.verdict.value}", id=str(message.id), kind=message.kind, attempt=message.attempts + 1)
        if reply.verdict is Verdict.NEVER:
            outbox.mark_failed(self.session, message, reply=reply.text, is_refused=True)
        else:
            outbox.retry_later(self.session, message, wait=_wait(message.attempts, reply.verdict), reply=reply.text)
        self.session.commit()
        return False


def _wait(attempts: int, verdict: Verdict) -> timedelta:
    if verdict is Verdict.UNREACHABLE:
        return timedelta(seconds=min(UNREACHABLE_SECONDS * 2 ** min(attempts, 10), LONGEST_UNREACHABLE_SECONDS))
    return timedelta(minutes=BACK_OFF_MINUTES[min(attempts, len(BACK_OFF_MINUTES) - 1)])
