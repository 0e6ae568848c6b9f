"""The application behind a proxy: the visitor is whom the proxy itself saw, not whom the visitor claims to be.

A proxy appends the address it saw to X-Forwarded-For, so only the last one there is its word; those before it came in
with the request.
"""

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.api import main


class LastForwarded:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = _with_the_last(scope["headers"])
        await self.app(scope, receive, send)


def _with_the_last(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    claimed = [value for name, value in headers if name == b"x-forwarded-for"]
    if not claimed:
        return headers
    kept = [(name, value) for name, value in headers if name != b"x-forwarded-for"]
    return [*kept, (b"x-forwarded-for", claimed[-1].rpartition(b",")[2].strip())]


def create_server_app() -> ASGIApp:
    return LastForwarded(ProxyHeadersMiddleware(main.create_server_app(), trusted_hosts="*"))  # type: ignore[arg-type]
