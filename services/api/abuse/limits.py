"""Request bodies end where the settings say, in size and in time, whether or not their size was announced."""

import asyncio
import re

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.settings import get_settings

# Tables of people are larger than anything else that is sent. Who may send one is asked before it is read.
_IMPORT = re.compile(r"/api/v1/events/[^/]+/(registrations/import|invitations)")


def _limits(path: str) -> tuple[int, float]:
    """Bytes, and seconds."""
    settings = get_settings()
    if _IMPORT.fullmatch(path):
        return settings.import_limit, settings.import_timeout
    return settings.request_limit, settings.body_timeout


class BodyLimit:
    """Whoever reads on gets a 413 or 408, which the error handlers turn into the same document as any other."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limited = _Limited(scope, receive).receive if scope["type"] == "http" else receive
        await self.app(scope, limited, send)


class _Limited:
    """One request's body, counted and timed from its head on."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._limit, seconds = _limits(scope["path"])
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        self._receive = receive
        self._seen = int(announced) if announced.isdigit() and int(announced) > self._limit else 0
        self._ends_at = asyncio.get_running_loop().time() + seconds
        self._is_whole = False

    async def receive(self) -> Message:
        if self._seen > self._limit:
            raise HTTPException(413)
        message = await (self._receive() if self._is_whole else self._in_time())
        self._is_whole = not message.get("more_body", False)
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            raise HTTPException(413)
        return message

    async def _in_time(self) -> Message:
        try:
            async with asyncio.timeout_at(self._ends_at):
                return await self._receive()
        except TimeoutError:
            # What is still to come belongs to this request, so that nothing else can follow on the connection.
            raise HTTPException(408, headers={"Connection": "close"}) from None
