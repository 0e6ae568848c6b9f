"""An SMTP server that says what the test wants, over a real socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.local.ports import free_port
from shared.settings import get_settings

DROP = "drop the connection"


@dataclass
class ScriptedServer:
    """`replies` are given to RCPT (by address) or to DATA, in turn; then everything is accepted."""

    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self.data.pop(0) if self.data else "250 OK"
        if reply == DROP:
            assert server.transport is not None
            server.transport.abort()
            return "451 gone"
        if reply.startswith("250"):
            self.taken.append(envelope.rcpt_tos[0])
        return reply


@contextmanager
def scripted_server(monkeypatch: Any, **script: Any) -> Iterator[ScriptedServer]:
    """Runs on a free port, and the settings point to it."""
    handler = ScriptedServer(**script)
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), server_hostname="localhost")
    controller.start()
    try:
        monkeypatch.setattr(get_settings(), "smtp_port", controller.port)
        yield handler
    finally:
        controller.stop()
