"""Visitors from somewhere: clients whose address on the internet can be told from others'."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient

from services.api.main import create_app

UNIVERSITY = "203.0.113.7"
ELSEWHERE = "198.51.100.9"


@contextmanager
def visiting(host: str = UNIVERSITY) -> Iterator[TestClient]:
    """Through an application of its own, as another process would serve them."""
    with TestClient(create_app(), client=(host, 50_000)) as client:
        yield client
