"""People who register over connections of their own, and try again until somebody answers them."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any
from uuid import UUID

from services.local.ports import LOOPBACK
from services.local.waiting import wait_until

# Seconds until somebody takes an answer for lost. Far more than a busy machine needs.
_PATIENCE = 60
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Told:
    """What one person was told at last, after so many tries; the two moments tell who came before whom."""

    address: str
    status: str
    tries: int
    asked_at: float
    told_at: float


@dataclass
class Crowd:
    """Everyone who is on the way to one event. Each connection serves one person after the other."""

    event_id: UUID
    ports: Sequence[int]
    told: list[Told] = field(default_factory=list)
    # Answers that were neither a registration nor "try again", and what broke a connection's thread.
    surprises: list[str] = field(default_factory=list)
    _change: threading.Condition = field(default_factory=threading.Condition)
    _on_the_way: int = 0

    @contextmanager
    def coming(self, addresses: Iterable[str], *, connections: int) -> Iterator[None]:
        """The block runs beside them; it ends when the last of them was told."""
        people: SimpleQueue[str] = SimpleQueue()
        for address in addresses:
            people.put(address)
        threads = [threading.Thread(target=self._serve, args=(people, n), daemon=True) for n in range(connections)]
        self._on_the_way = connections
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()

    def wait_until_told(self, number: int) -> None:
        """Until so many were told, or nobody is on the way any more."""
        with self._change:
            self._change.wait_for(lambda: len(self.told) >= number or not self._on_the_way)

    def _serve(self, people: "SimpleQueue[str]", number: int) -> None:
        try:
            with Connection(self.ports, first=number) as connection:
                while True:
                    self._register(connection, people.get_nowait())
        except Empty:
            pass
        except Exception as problem:
            self.surprises.append(repr(problem))
        finally:
            with self._change:
                self._on_the_way -= 1
                self._change.notify_all()

    def _register(self, connection: "Connection", address: str) -> None:
        """Until the answer is there. A lost connection says nothing about whether the registration was taken."""
        path = f"/api/v1/events/{self.event_id}/registrations"
        body = {"name": address.partition("@")[0], "address": address, "consent": True}
        asked_at = time.monotonic()
        for tries in count(1):
            status, answer = connection.ask("POST", path, body)
            if status in {0, 503}:
                continue
            with self._change:
                if status == 201:
                    self.told.append(Told(address, answer["status"], tries, asked_at, time.monotonic()))
                else:
                    self.surprises.append(f"{status} {answer}")
                self._change.notify_all()
            return


class Connection:
    """To one api process; when that goes away, to the next."""

    def __init__(self, ports: Sequence[int], *, first: int = 0) -> None:
        self._ports, self._next = ports, first
        self._open()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _open(self) -> None:
        port = self._ports[self._next % len(self._ports)]
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE)

    def ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and answer; status 0 where no answer came."""
        try:
            self._connection.request(method, path, json.dumps(body), _JSON | dict(headers or {}))
            response = self._connection.getresponse()
            answer = response.read()
            return response.status, json.loads(answer) if answer else None
        except (OSError, http.client.HTTPException):
            self._connection.close()
            # A whole crowd that keeps knocking would take the processor from those who are about to open.
            wait_until(self._finds_somebody, within=timedelta(seconds=_PATIENCE))
            self._open()
            return 0, {}

    def _finds_somebody(self) -> bool:
        for _ in self._ports:
            self._next += 1
            try:
                socket.create_connection((LOOPBACK, self._ports[self._next % len(self._ports)])).close()
                return True
            except OSError:
                continue
        return False
