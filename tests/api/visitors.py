"""Visitors from somewhere: clients whose address on the internet can be told from others'."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.api.behind_proxy import LastForwarded
from services.api.main import create_app
from shared import clock

UNIVERSITY = "203.0.113.7"
ELSEWHERE = "198.51.100.9"
PROXY = "172.18.0.3"


@contextmanager
def visiting(host: str = UNIVERSITY) -> Iterator[TestClient]:
    """Through an application of its own, as another process would serve them."""
    with TestClient(create_app(), client=(host, 50_000)) as client:
        yield client


@contextmanager
def visiting_behind_proxy() -> Iterator[TestClient]:
    """Through a proxy that says in X-Forwarded-For whom it saw."""
    app = LastForwarded(ProxyHeadersMiddleware(create_app(), trusted_hosts="*"))  # type: ignore[arg-type]
    with TestClient(app, client=(PROXY, 50_000)) as client:
        yield client


@contextmanager
def within_one_window() -> Iterator[None]:
    """Limits count by the clock: nothing inside the block crosses from one ten minutes to the next by chance."""
    is_close = int(clock.now().timestamp()) % 600 > 510
    with clock.travel_to(clock.now() + timedelta(seconds=95)) if is_close else nullcontext():
        yield
