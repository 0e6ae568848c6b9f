"""One log line for each request: method, route, status, time. Never the path itself: links in it are personal."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

# Asked every few seconds by machines; their answers are seen elsewhere.
_QUIET = {"/healthz", "/readyz", "/metrics"}


class RequestLog:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def noting_send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, noting_send)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", method=scope["method"], route=_route(scope), status=status, milliseconds=milliseconds)


def _route(scope: Scope) -> str | None:
    """The route's pattern, such as `/my/{token}`; None where there was none."""
    return getattr(scope.get("route"), "path", None)
