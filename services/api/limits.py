"""Request bodies end where the settings say, whether or not their size was announced."""

import re

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.settings import get_settings

# Tables of people are larger than anything else that is sent. Who may send one is asked before it is read.
_IMPORT = re.compile(r"/api/v1/events/[^/]+/registrations/import")


def _limit(path: str) -> int:
    settings = get_settings()
    return settings.import_limit if _IMPORT.fullmatch(path) else settings.request_limit


class BodyLimit:
    """Whoever reads on gets a 413, which the error handlers turn into the same problem document as any other."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = _limit(scope.get("path", ""))
        announced = dict(scope.get("headers", ())).get(b"content-length", b"0")
        seen = int(announced) if announced.isdigit() and int(announced) > limit else 0

        async def counted_receive() -> Message:
            nonlocal seen
            if seen <= limit:
                message = await receive()
                seen += len(message.get("body", b""))
                if seen <= limit:
                    return message
            raise HTTPException(413)

        await self.app(scope, counted_receive if scope["type"] == "http" else receive, send)
