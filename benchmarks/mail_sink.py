"""Where the mail of a benchmark goes: an SMTP server that takes everything and keeps nothing but who got what, when.

Run it as a process of its own: `python -m benchmarks.mail_sink --port 2525`. It offers what mail servers offer
(PIPELINING, RFC 2920), and costs little beside what it measures. Three words of its own tell what it has seen:
`XSEEN` (how many mails, how many recipients, when the first and the last was accepted), `XWHEN address`, `XFORGET`.
"""

import asyncio
import smtplib
import time
from argparse import ArgumentParser
from dataclasses import dataclass, field
from typing import cast

import uvloop

from services.local.ports import LOOPBACK

_END = b"\r\n.\r\n"
_GREETING = b"220 sink ESMTP\r\n"
_OFFER = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 26214400\r\n"


@dataclass(frozen=True)
class Seen:
    """`first_at` and `last_at`: seconds since 1970, of the acceptance; 0 while there was none."""

    mails: int
    recipients: int
    first_at: float
    last_at: float


@dataclass
class Book:
    """When each recipient's last mail was accepted, and how many mails there were."""

    accepted_at: dict[bytes, float] = field(default_factory=dict)
    mails: int = 0

    def note(self, recipient: bytes) -> None:
        # One moves to the end when it comes again, so that first and last stay the ends.
        self.accepted_at.pop(recipient, None)
        self.accepted_at[recipient] = time.time()
        self.mails += 1

    def told(self) -> bytes:
        moments = list(self.accepted_at.values()) or [0.0]
        return b"250 %d %d %.6f %.6f\r\n" % (self.mails, len(moments) if self.mails else 0, moments[0], moments[-1])

    def when(self, recipient: bytes) -> bytes:
        moment = self.accepted_at.get(recipient)
        return b"550 not yet\r\n" if moment is None else b"250 %.6f\r\n" % moment

    def forget(self) -> bytes:
        self.accepted_at.clear()
        self.mails = 0
        return b"250 OK\r\n"


class Conversation(asyncio.Protocol):
    """One connection. Lines and content come in any pieces; the answers to what came together leave together."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.received = bytearray()
        self.searched = 0
        self.recipient = b""
        self.is_content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        self.received += data
        answers = []
        while (piece := self._next_piece()) is not None:
            answers.append(self._accepted() if self.is_content else self._answer(piece))
        if answers:
            self.transport.write(b"".join(answers))

    def _next_piece(self) -> bytes | None:
        """The next whole line, or whole content; None where the rest of it is on its way."""
        end = _END if self.is_content else b"\r\n"
        found = self.received.find(end, self.searched)
        if found < 0:
            self.searched = max(0, len(self.received) - len(end) + 1)
            return None
        piece = b"" if self.is_content else bytes(self.received[:found])
        del self.received[: found + len(end)]
        self.searched = 0
        return piece

    def _accepted(self) -> bytes:
        self.is_content = False
        self.book.note(self.recipient)
        return b"250 2.0.0 OK\r\n"

    def _answer(self, line: bytes) -> bytes:
        verb, _, rest = line.partition(b" ")
        match verb.upper():
            case b"RCPT":
                self.recipient = rest[rest.index(b"<") + 1 : rest.rindex(b">")]
                return b"250 2.1.5 OK\r\n"
            case b"DATA":
                self.is_content = True
                return b"354 Go ahead\r\n"
            case b"EHLO":
                return _OFFER
            case b"XSEEN":
                return self.book.told()
            case b"XWHEN":
                return self.book.when(rest)
            case b"XFORGET":
                return self.book.forget()
            case b"QUIT":
                self.transport.write(b"221 Bye\r\n")
                self.transport.close()
                return b""
        return b"250 OK\r\n"


async def serve(port: int) -> asyncio.Server:
    """Port 0 takes a free one."""
    book = Book()
    return await asyncio.get_running_loop().create_server(lambda: Conversation(book), LOOPBACK, port)


class Sink:
    """A sink that runs elsewhere, as the one who measures sees it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._line = smtplib.SMTP(LOOPBACK, port, "localhost", timeout=60)

    def seen(self) -> Seen:
        mails, recipients, first, last = self._line.docmd("XSEEN")[1].split()
        return Seen(int(mails), int(recipients), float(first), float(last))

    def accepted_at(self, address: str) -> float | None:
        code, words = self._line.docmd("XWHEN", address)
        return float(words) if code == 250 else None

    def forget(self) -> None:
        self._line.docmd("XFORGET")

    def close(self) -> None:
        self._line.close()


async def _serve_for_ever(port: int) -> None:
    async with await serve(port) as server:
        await server.serve_forever()


def main() -> None:
    parser = ArgumentParser(description="Take mail and forget it.")
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(_serve_for_ever(parser.parse_args().port))


if __name__ == "__main__":
    main()
