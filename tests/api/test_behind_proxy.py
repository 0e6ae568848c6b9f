"""Behind a proxy: whom the application takes for the visitor."""

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.api.behind_proxy import LastForwarded


def visitor(*headers: tuple[bytes, bytes]) -> tuple[str, str]:
    seen: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(scope)

    scope = {"type": "http", "client": ("172.18.0.3", 40000), "scheme": "http", "headers": list(headers)}
    asyncio.run(LastForwarded(ProxyHeadersMiddleware(app, trusted_hosts="*"))(scope, None, None))  # type: ignore[arg-type]
    return seen["client"][0], seen["scheme"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-proto", b"https")], ("203.0.113.9", "https")),
        ([(b"x-forwarded-for", b"2001:db8::7")], ("2001:db8::7", "http")),
        # What stands before the proxy's own word came in with the request.
        ([(b"x-forwarded-for", b"198.51.100.1, 203.0.113.9")], ("203.0.113.9", "http")),
        ([(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"203.0.113.9")], ("203.0.113.9", "http")),
        ([(b"x-forwarded-for", b"198.51.100.1, 203.0.113.9:51234")], ("203.0.113.9", "http")),
        # A proxy of one's own in front of ours, and one in front of that; what comes first was claimed.
        ([(b"x-forwarded-for", b"203.0.113.9, 172.18.0.1")], ("203.0.113.9", "http")),
        ([(b"x-forwarded-for", b"198.51.100.1, 203.0.113.9, 10.0.0.7, 172.18.0.1")], ("203.0.113.9", "http")),
        # From beside us there is nobody further out.
        ([(b"x-forwarded-for", b"172.18.0.1")], ("172.18.0.1", "http")),
        ([(b"x-forwarded-for", b"10.1.2.3, 172.18.0.1")], ("10.1.2.3", "http")),
        ([(b"x-forwarded-for", b"")], ("172.18.0.3", "http")),
        ([], ("172.18.0.3", "http")),
    ],
)
def test_the_visitor_is_whom_the_proxy_saw(headers: list[tuple[bytes, bytes]], expected: tuple[str, str]) -> None:
    assert visitor(*headers) == expected
