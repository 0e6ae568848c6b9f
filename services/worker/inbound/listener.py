"""The listener for mail servers: SMTP (RFC 5321) or LMTP (RFC 2033), for our own mailboxes and nothing else.

It says 250 only when the mail is in the database. What it does not take is refused while the other side still listens,
so that nothing is ever sent back to a forged sender.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakSet

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import SQLAlchemyError

from shared import return_addresses
from shared.database import new_session
from shared.inbound import keeping
from shared.settings import Inbound, Settings

log = structlog.get_logger()

# Seconds without a command, and for one mail to arrive.
_PATIENCE = 60.0
# A mail server opens up to 20 connections to one destination.
_CONNECTIONS = 40
_MOST_RECIPIENTS = 20
# Octets, and so much more for each line as Python takes to hold it: what one side may send without being answered.
_WEIGHT_LIMIT, _WEIGHT_OF_LINE = 8 * keeping.SIZE_LIMIT, 64
_NOT_HERE = "550 5.1.1 There is no such mailbox here."
_TOO_MANY = f"452 4.5.3 No more than {_MOST_RECIPIENTS} recipients at once."
_LATER = "451 4.3.0 The mail cannot be kept just now. Try again later."
_CROWDED = b"421 4.3.2 Too many connections. Try again later.\r\n"
_TOO_HEAVY = b"552 5.3.4 The mail is too large.\r\n"


class Keeper:
    """What aiosmtpd calls for each step; it prescribes the names."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not return_addresses.is_ours(address):
            return _NOT_HERE
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return _TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_VRFY(self, server: SMTP, session: Session, envelope: Envelope, address: str) -> str:
        return "252 2.5.0 Send the mail and see."

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        # aiosmtpd tells the null sender by its brackets.
        sender = "" if envelope.mail_from in {None, "<>"} else str(envelope.mail_from)
        try:
            new = await asyncio.to_thread(_keep, envelope.original_content or b"", sender, envelope.rcpt_tos)
        except SQLAlchemyError as problem:
            log.error("inbound.not_kept", error=type(problem).__name__)
            return _LATER
        log.info("inbound.kept", mails=new)
        return "250 2.0.0 Kept" if new else "250 2.0.0 Kept before"

    async def handle_exception(self, error: Exception) -> str:
        log.error("inbound.conversation_failed", error=type(error).__name__)
        return _LATER


def _keep(octets: bytes, sender: str, recipients: list[str]) -> int:
    with new_session() as session:
        new = keeping.keep(session, octets, sender=sender, recipients=recipients)
        session.commit()
        return new


class _Bounded(SMTP):
    """A conversation that cannot be made to hold more than a few megabytes, however it is led."""

    # Some servers pass on lines beyond the 998 octets of RFC 5322; they do no harm.
    line_length_limit = 64 * 1024
    _weight = 0

    def __init__(self, open_ones: WeakSet[SMTP], **settings: Any) -> None:
        super().__init__(Keeper(), **settings)
        self._open_ones = open_ones
        # From here on, not from when it is connected: many are made before the first of them is.
        open_ones.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_ones.discard(self)
        super().connection_lost(error)

    def data_received(self, octets: bytes) -> None:
        self._weight += len(octets) + _WEIGHT_OF_LINE * octets.count(b"\n")
        if self._weight <= _WEIGHT_LIMIT:
            super().data_received(octets)
        elif isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(_TOO_HEAVY)
            self.transport.close()

    async def push(self, status: Any) -> None:
        self._weight = 0
        await super().push(status)


class _Lmtp(LMTP, _Bounded):
    """LMTP answers the data once for each recipient (RFC 2033 section 4.2), which aiosmtpd leaves out."""

    _answers = 1

    async def push(self, status: Any) -> None:
        for _ in range(self._answers):
            await super().push(status)
        self._answers = 1
        if isinstance(status, str) and status.startswith("354") and self.envelope is not None:
            self._answers = len(self.envelope.rcpt_tos)


class _Listener:
    def __init__(self, settings: Settings) -> None:
        self.settings, self.open_ones = settings, WeakSet[SMTP]()

    def converse(self) -> asyncio.Protocol:
        if len(self.open_ones) >= _CONNECTIONS:
            return _Crowded()
        kind = _Lmtp if self.settings.inbound is Inbound.LMTP else _Bounded
        return kind(
            self.open_ones,
            hostname=self.settings.mail_domain,
            ident="Plenary",
            data_size_limit=keeping.SIZE_LIMIT,
            timeout=_PATIENCE,
            enable_SMTPUTF8=True,
        )

    def hang_up(self) -> None:
        """What was not answered was not taken: it will be sent again."""
        for conversation in list(self.open_ones):
            if conversation.transport is not None:
                conversation.transport.close()


class _Crowded(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_CROWDED)
        transport.close()


@asynccontextmanager
async def listening(settings: Settings, *, port: int | None = None) -> AsyncIterator[int]:
    """Take mail while the block runs. Port 0 takes a free one; the block is given the port."""
    # It would log each command, and with it people's addresses.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    listener = _Listener(settings)
    loop, at = asyncio.get_running_loop(), settings.inbound_port if port is None else port
    server = await loop.create_server(listener.converse, settings.inbound_host, at)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        listener.hang_up()
