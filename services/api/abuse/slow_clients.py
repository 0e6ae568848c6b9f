"""Connections that take their time lose their place: a deadline for a request's head, for taking an answer, a bound.

The deadline for a body is in `limits.py`, where it can be answered; uvicorn knows none of the three.
"""

import asyncio
import resource
from asyncio import TimerHandle
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.settings import get_settings

log = structlog.get_logger()

# Files and connections to the stores that a process needs besides its visitors.
_RESERVED = 128
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """Patient with slow people, not with programs that keep a connection without asking for anything."""

    _deadline: TimerHandle | None = None
    _stall: TimerHandle | None = None
    _has_spoken = False
    # On the loop's clock: when it came, or was answered last.
    silent_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.silent_since = self.loop.time()
        self._await_head()
        _make_room(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.is_between_requests:
            self._has_spoken = True
            if self._deadline is None:
                self._await_head()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._has_spoken = False
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        self.silent_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall = self.loop.call_later(get_settings().answer_timeout, self._give_up_sending)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    @property
    def is_between_requests(self) -> bool:
        """Whether nobody would lose an answer if this connection ended now."""
        return self.cycle is None or self.cycle.response_complete

    def end(self) -> None:
        """At once, with a word to whoever began to ask."""
        if self._has_spoken and not self.transport.is_closing():
            self.transport.write(_TOO_SLOW)
        self.transport.close()
        if self.transport.get_write_buffer_size():  # It would stay open until the last byte is taken.
            self.loop.call_later(get_settings().answer_timeout, self.transport.abort)

    timeout_keep_alive_handler = end

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(get_settings().head_timeout, self.end)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up_sending(self) -> None:
        log.info("connection.cut_off", reason="does not take its answer")
        self.transport.abort()


def _make_room(newcomer: PatientProtocol) -> None:
    """At the bound, whoever has been connected for longest without asking for anything gives way to whoever comes.

    Uvicorn's own `limit_concurrency` would refuse the newcomer instead, who is more likely to be a person.
    """
    connections: set[Any] = newcomer.connections
    if len(connections) <= connection_limit():
        return
    others = (one for one in connections if one is not newcomer and one.is_between_requests)
    idle = min(others, key=lambda one: one.silent_since, default=newcomer)
    idle.end()
    connections.discard(idle)


def connection_limit() -> int:
    """What the settings say, or less where the system would not give us as many files."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, min(get_settings().connection_limit, files - _RESERVED))


def claim_files() -> None:
    """Take as many files as the system lets this process have, up to what the bound needs. Its children inherit it."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = get_settings().connection_limit + _RESERVED
    unlimited = resource.RLIM_INFINITY
    wanted = needed if most == unlimited else min(needed, most)
    if files != unlimited and files < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
