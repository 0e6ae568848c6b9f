"""Viewers of the dashboard without a browser: each holds a websocket and asks for its fragments as a browser would.

Streamlit's own messages are spoken, which are private to a release: `benchmarks/README.md` names the one they fit.
Unlike a browser these viewers keep no message, so the traffic they cause is the most there can be.
"""

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.errors import CannotMeasure

_FIRST_SCREEN_SECONDS = 60
# Between one viewer's coming and the next one's: people do not all open the page in one instant.
_APART_SECONDS = 0.25
_TOUCHED_SECONDS = 20 * 60


@dataclass
class Refreshes:
    """What the viewers saw since it was emptied last: seconds from asking to the end of each run, and bytes."""

    seconds: list[float] = field(default_factory=list)
    received_bytes: int = 0
    lost: int = 0

    def take(self) -> "Refreshes":
        taken = Refreshes(self.seconds, self.received_bytes, self.lost)
        self.seconds, self.received_bytes, self.lost = [], 0, 0
        return taken

    def percentile_ms(self, share: float) -> float:
        """0 where there was none."""
        ordered = sorted(self.seconds)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1) if ordered else 0.0


@dataclass
class Viewers:
    """A number of tabs that show one page, all open until the block that `watching` opens ends."""

    refreshes: Refreshes
    tabs: list["_Tab"]

    @property
    def connected(self) -> int:
        return sum(tab.is_open for tab in self.tabs)


class _Tab:
    def __init__(self, url: str, cookie: str, query: str, seen: Refreshes) -> None:
        self._url, self._headers, self._query, self._seen = url, {"Cookie": cookie}, query, seen
        self._asked_at: dict[str, float] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self.is_open = False
        self.first_drawn = asyncio.Event()

    async def look(self) -> None:
        """Until cancelled; comes back after a lost connection as browsers do."""
        while True:
            try:
                async with connect(self._url, additional_headers=self._headers, max_size=None) as socket:
                    await self._hold(socket)
            except (ConnectionClosed, OSError):
                self._seen.lost += 1
                await asyncio.sleep(1)
            finally:
                self.is_open = False
                self._stop_timers()

    async def _hold(self, socket: ClientConnection) -> None:
        wanted = BackMsg()
        wanted.rerun_script.query_string = self._query
        wanted.rerun_script.context_info.timezone = "Europe/Madrid"
        await socket.send(wanted.SerializeToString())
        self.is_open = True
        touching = asyncio.create_task(self._touch(socket, wanted.SerializeToString()))
        try:
            await self._hear_all(socket)
        finally:
            touching.cancel()

    async def _touch(self, socket: ClientConnection, wanted: bytes) -> None:
        """Somebody uses the page now and then: one that nobody touches slows down after an hour."""
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(_TOUCHED_SECONDS * random.uniform(0.8, 1.2))
                await socket.send(wanted)

    async def _hear_all(self, socket: ClientConnection) -> None:
        async for octets in socket:
            self._seen.received_bytes += len(octets)
            message = ForwardMsg.FromString(octets if isinstance(octets, bytes) else octets.encode())
            self._hear(socket, message)

    def _hear(self, socket: ClientConnection, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "auto_rerun":
            self._time(socket, message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "new_session" and not message.metadata.run.fragment_ids:
            self._stop_timers()
        elif kind == "script_finished":
            self.first_drawn.set()
            self._note(message.metadata.run.fragment_ids)

    def _time(self, socket: ClientConnection, fragment: str, interval: float) -> None:
        if fragment in self._timers:
            self._timers.pop(fragment).cancel()
        self._timers[fragment] = asyncio.create_task(self._ask(socket, fragment, interval))

    async def _ask(self, socket: ClientConnection, fragment: str, interval: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(interval)
                wanted = BackMsg()
                wanted.rerun_script.query_string = self._query
                wanted.rerun_script.fragment_id = fragment
                wanted.rerun_script.is_auto_rerun = True
                wanted.rerun_script.context_info.timezone = "Europe/Madrid"
                self._asked_at.setdefault(fragment, time.perf_counter())
                await socket.send(wanted.SerializeToString())

    def _note(self, fragments: Iterable[str]) -> None:
        """One run may answer several fragments, and several questions of one: the longest wait counts."""
        for fragment in fragments:
            asked_at = self._asked_at.pop(fragment, None)
            if asked_at is not None:
                self._seen.seconds.append(time.perf_counter() - asked_at)

    def _stop_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._asked_at.clear()


async def open_tabs(number: int, *, url: str, cookies: Sequence[str], query: str) -> Viewers:
    """So many tabs, shared out among the organisers whose cookies these are. Raises CannotMeasure without a screen."""
    seen = Refreshes()
    viewers = Viewers(seen, [_Tab(url, cookies[place % len(cookies)], query, seen) for place in range(number)])
    for tab in viewers.tabs:
        asyncio.get_running_loop().create_task(tab.look())
        await asyncio.sleep(_APART_SECONDS)
    try:
        async with asyncio.timeout(_FIRST_SCREEN_SECONDS):
            for tab in viewers.tabs:
                await tab.first_drawn.wait()
    except TimeoutError:
        raise CannotMeasure("Some viewers had no screen after a minute: the dashboard cannot serve so many.") from None
    seen.take()
    return viewers
