"""Which ports of the loopback address are free."""

import random
import socket

LOOPBACK = "127.0.0.1"

# Below the range from which systems take the ports of outgoing connections: a client that keeps trying to reach a
# stopped server on a port of that range may be given that very port, and then the server cannot have it back.
_PORTS_FOR_SERVERS = range(15_000, 32_000)
_given: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on at this moment, and another one at each call. Take it soon."""
    candidates = random.sample(_PORTS_FOR_SERVERS, 200)
    port = next(port for port in candidates if port not in _given and is_free(port))
    _given.add(port)
    return port


def reserve(port: int) -> None:
    """Never give this one: somebody has been promised it."""
    _given.add(port)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Without this, connections of a server that has just ended would make its port look taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
