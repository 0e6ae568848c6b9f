"""An SMTP server on the loopback address that delivers nothing and keeps everything, and its process with the viewer.

Only what is sent to Plenary's own mailboxes it hands on, as a mail server would, where it is told to whom.

python -m services.local.mail_catcher --maildir var/mail --smtp-port 1025 --port 8025
"""

import asyncio
import smtplib
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from weakref import WeakSet

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from anyio.from_thread import start_blocking_portal

from services.local.mail_viewer import create_app
from services.local.maildir import keep
from services.local.ports import LOOPBACK
from shared.settings import get_settings

# Bytes. What the large mail providers accept lies between 10 and 25 MiB.
SIZE_LIMIT = 10 * 1024 * 1024


class Keeper:
    """What aiosmtpd calls for each mail; it prescribes the names."""

    def __init__(self, maildir: Path, *, inbound_port: int | None = None) -> None:
        self.maildir, self.inbound_port = maildir, inbound_port

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content, sender, recipients = envelope.original_content or b"", envelope.mail_from or "", envelope.rcpt_tos
        if self.inbound_port is not None and any(_is_at_our_domain(one) for one in recipients):
            recipients = await asyncio.to_thread(_hand_on, self.inbound_port, content, sender, recipients)
        if recipients:
            keep(self.maildir, content, sender=sender, recipients=recipients)
        return "250 OK: kept"


def _is_at_our_domain(recipient: str) -> bool:
    return recipient.lower().endswith(f"@{get_settings().mail_domain.lower()}")


def _hand_on(port: int, content: bytes, sender: str, recipients: list[str]) -> list[str]:
    """Offer a mail to whoever takes in what comes back. Returns the recipients who are nobody there."""
    try:
        with smtplib.SMTP(LOOPBACK, port, timeout=5) as inbound:
            return list(inbound.sendmail(sender.strip("<>"), recipients, content))
    except (OSError, smtplib.SMTPException):
        return recipients


@asynccontextmanager
async def catching(maildir: Path, *, port: int, inbound_port: int | None = None) -> AsyncIterator[int]:
    """Accept mail while the block runs. Port 0 takes a free one; the block is given the port."""
    keeper, conversations = Keeper(maildir, inbound_port=inbound_port), WeakSet[SMTP]()

    def converse() -> SMTP:
        # A fixed name: looking up our own can take seconds where the resolver does not answer.
        conversation = SMTP(keeper, hostname="localhost", data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True)
        conversations.add(conversation)
        return conversation

    server = await asyncio.get_running_loop().create_server(converse, LOOPBACK, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for conversation in conversations:
            if conversation.transport is not None:
                conversation.transport.close()


@contextmanager
def caught_mail(maildir: Path, *, inbound_port: int | None = None) -> Iterator[int]:
    """Catch mail in a thread of this process while the block runs. The block is given the port."""
    catcher = catching(maildir, port=0, inbound_port=inbound_port)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(catcher) as port:
        yield port


def _arguments() -> Namespace:
    parser = ArgumentParser(description="Catch mail, and show it in the browser. Nothing is delivered.")
    parser.add_argument("--maildir", type=Path, required=True, help="where to keep the mail")
    parser.add_argument("--smtp-port", type=int, required=True, help="where to accept mail, on the loopback address")
    parser.add_argument("--port", type=int, required=True, help="where to show it, on the loopback address")
    parser.add_argument("--inbound-port", type=int, help="who takes what is sent to Plenary itself")
    parser.add_argument("--site-url", default="http://127.0.0.1:8000", help="where mail comes from, for the empty list")
    return parser.parse_args()


async def _serve(chosen: Namespace) -> None:
    app = create_app(chosen.maildir, site_url=chosen.site_url)
    viewer = uvicorn.Server(
        uvicorn.Config(app, LOOPBACK, chosen.port, log_level="warning", timeout_graceful_shutdown=2)
    )
    async with catching(chosen.maildir, port=chosen.smtp_port, inbound_port=chosen.inbound_port):
        await viewer.serve()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
