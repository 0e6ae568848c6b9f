"""An SMTP server that misbehaves in every way servers do, at random but from a seed, and writes down what it took."""

import asyncio
import random
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from services.local.ports import LOOPBACK, free_port

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(rb"<([^>]*)>")
# Longer than the client waits.
_STALL_SECONDS = 30.0
NEVER = "550 5.1.1 Nobody of this name lives here"
NOT_THIS = "554 5.7.1 We do not like what it says"


@dataclass(frozen=True)
class Manners:
    """How often, of a hundred, each misbehaviour happens where it can. The first ones are asked at each connection."""

    refuses: float = 4
    stalls_first: float = 1
    closing_at_sender: float = 2  # 421, and hangs up.
    later_at_recipient: float = 6  # 4xx
    stalls_at_data: float = 0.3
    drops_before_data_ends: float = 1
    later_after_data: float = 3
    drops_untaken: float = 1.5  # After the last dot: not taken, not told.
    drops_taken: float = 0.5  # Taken, and not told: no client can know it.
    closing_after_data: float = 1  # Taken, told, and hangs up.


@dataclass
class HostileServer:
    """`taken`: the Message-IDs of what it took, by recipient. `untold` of these it did not tell that it took them."""

    seed: int
    manners: Manners = field(default_factory=Manners)
    never: frozenset[str] = frozenset()
    disliked: frozenset[str] = frozenset()
    taken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    did: Counter[str] = field(default_factory=Counter)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    @property
    def untold(self) -> int:
        return self.did["drops_taken"]

    def _does(self, what: str) -> bool:
        """Whether it does this now, noted if so."""
        is_so = self._random.random() * 100 < getattr(self.manners, what)
        self.did[what] += is_so
        return is_so

    @contextmanager
    def serving(self) -> Iterator["HostileServer"]:
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self._meet, LOOPBACK, self.port, limit=2**20))
        thread = threading.Thread(target=loop.run_forever, name="hostile-smtp", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(server.close)
            asyncio.run_coroutine_threadsafe(_end_all(), loop).result(timeout=10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(timeout=10)
            loop.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Conversation(self, reader, writer).hold()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, _HangUp):
            pass
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _end_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _HangUp(Exception):
    pass


class _Conversation:
    """One connection, with as many mails as the client likes (RFC 5321; RFC 2920 pipelining)."""

    def __init__(self, server: HostileServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.recipient: str | None = None

    async def hold(self) -> None:
        if self.server._does("refuses"):
            await self._hang_up("421 4.3.2 Not now")
        if self.server._does("stalls_first"):
            await asyncio.sleep(_STALL_SECONDS)
        await self._say("220 hostile ESMTP")
        while line := await self.reader.readline():
            verb = line[:4].upper().strip()
            if verb == b"EHLO":
                await self._say("250-hostile\r\n250-PIPELINING\r\n250 8BITMIME")
            elif verb == b"MAIL":
                await self._sender()
            elif verb == b"RCPT":
                await self._recipient(line)
            elif verb == b"DATA":
                await self._data()
            elif verb == b"QUIT":
                await self._hang_up("221 Bye")
            else:
                self.recipient = None if verb == b"RSET" else self.recipient
                await self._say("250 OK")

    async def _sender(self) -> None:
        self.recipient = None
        if self.server._does("closing_at_sender"):
            await self._hang_up("421 4.3.2 Shutting down")
        await self._say("250 OK")

    async def _recipient(self, line: bytes) -> None:
        match = _ADDRESS.search(line)
        address = match[1].decode() if match else ""
        if address in self.server.never:
            await self._say(NEVER)
        elif self.server._does("later_at_recipient"):
            await self._say("451 4.7.1 Greylisted, come back")
        else:
            self.recipient = address
            await self._say("250 OK")

    async def _data(self) -> None:
        if self.recipient is None:
            await self._say("503 5.5.1 To whom?")
            return
        if self.server._does("stalls_at_data"):
            await asyncio.sleep(_STALL_SECONDS)
        await self._say("354 Go on")
        if self.server._does("drops_before_data_ends"):
            raise _HangUp
        await self._judge(self.recipient, await self.reader.readuntil(b"\r\n.\r\n"))
        self.recipient = None

    async def _judge(self, recipient: str, octets: bytes) -> None:
        server = self.server
        if recipient in server.disliked:
            await self._say(NOT_THIS)
        elif server._does("later_after_data"):
            await self._say("452 4.3.1 Disk full")
        elif server._does("drops_untaken"):
            raise _HangUp
        else:
            match = _MESSAGE_ID.search(octets)
            server.taken[recipient].append(match[1].decode() if match else "none")
            if server._does("drops_taken"):
                raise _HangUp
            await self._say("250 2.0.0 Taken")
            if server._does("closing_after_data"):
                raise _HangUp

    async def _say(self, words: str) -> None:
        self.writer.write(words.encode() + b"\r\n")
        await self.writer.drain()

    async def _hang_up(self, words: str) -> None:
        await self._say(words)
        raise _HangUp
