"""The application on a real socket, with the protocol that serves it in earnest."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import uvicorn

from services.api.abuse.slow_clients import PatientProtocol
from services.api.main import create_app
from services.local.waiting import wait_until

Address = tuple[str, int]


@contextmanager
def serving(app: Any = None) -> Iterator[Address]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app or create_app(), http=PatientProtocol, ws="none", log_level="warning", timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            wait_until(lambda: server.started, within=timedelta(seconds=20))
            yield listening.getsockname()
        finally:
            server.should_exit = True
            thread.join()


class Caller:
    """One connection, spoken by hand."""

    def __init__(self, address: Address) -> None:
        self.socket = socket.create_connection(address, timeout=20)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def say(self, text: bytes) -> None:
        self.socket.sendall(text)

    def hear(self) -> bytes:
        """The next piece of the answer; nothing when the other side hung up."""
        try:
            return self.socket.recv(65536)
        except ConnectionError:
            return b""

    def hear_all(self) -> bytes:
        heard = b""
        while piece := self.hear():
            heard += piece
        return heard

    def dribble(self, text: bytes, *, every: float = 0.05) -> bytes:
        """One byte at a time, until there is an answer or an end; then everything that is said."""
        self.socket.settimeout(every)
        for byte in text:
            try:
                self.socket.sendall(bytes([byte]))
                heard = self.socket.recv(65536)
            except TimeoutError:
                continue
            except ConnectionError:
                return b""
            self.socket.settimeout(20)
            return heard + self.hear_all() if heard else b""
        raise AssertionError("Everything was said, and nobody lost patience.")
