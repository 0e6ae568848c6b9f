"""Pages that many people ask for while nothing changes: written once, given to everyone who would get the same."""

import hashlib
from collections.abc import Callable, Hashable
from typing import NamedTuple

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

# Pages of 40 KiB: ten megabytes for each process.
_MOST = 256


class Written(NamedTuple):
    """A page with everything that it depends on, as it was when the page was written."""

    says: Hashable
    page: HTMLResponse


class KeptPages:
    """A key names everything that its page depends on."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._pages: dict[Hashable, tuple[bytes, dict[str, str]]] = {}

    async def answer(self, request: Request, says: Hashable, write: Callable[[], Written]) -> Response:
        """The page with a strong ETag, or 304 to a browser that has it. `write` runs in a thread, once for all."""
        kept = self._pages.get(says)
        if kept is None:
            kept = self._keep(await request.app.state.looks.share((self, says), write))
        body, headers = kept
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return HTMLResponse(body, headers=headers)

    def _keep(self, written: Written) -> tuple[bytes, dict[str, str]]:
        body = bytes(written.page.body)
        names = ("Content-Language", "Vary", "Cache-Control")
        headers = {name: written.page.headers[name] for name in names}
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        while len(self._pages) >= self._most:
            self._pages.pop(next(iter(self._pages)), None)
        self._pages[written.says] = body, headers
        return body, headers
