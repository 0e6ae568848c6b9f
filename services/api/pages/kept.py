"""Pages that many people ask for while nothing changes: written once, given to everyone who would get the same."""

import hashlib
from collections.abc import Callable, Hashable
from typing import NamedTuple

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from services.api.pages.sources import put_in

# Pages of 40 KiB: ten megabytes for each process.
_MOST = 256


class Written(NamedTuple):
    """A page with everything that it depends on, as it was when the page was written."""

    says: Hashable
    page: HTMLResponse


# Its bytes, its headers, and its ETag in quotes.
_Kept = tuple[bytes, dict[str, str], str]


class KeptPages:
    """A key names everything that its page depends on."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._pages: dict[Hashable, _Kept] = {}

    async def answer(
        self,
        request: Request,
        says: Hashable,
        write: Callable[[], Written],
        *,
        source: str | None = None,
        finish: Callable[[bytes], bytes] | None = None,
    ) -> Response:
        """The page with its ETag, or 304 to a browser that has it. `write` runs in a thread, once for all.

        It is written for `sources.anybody`; `source` is what led this reader here, and makes it another page.
        `finish` adds what differs from one answer to the next and says nothing to the reader, so that the ETag is a
        weak one (RFC 9110 section 8.8.1).
        """
        kept = self._pages.get(says)
        if kept is None:
            kept = self._keep(await request.app.state.looks.share((self, says), write))
        body, headers, tag = kept
        body, tag = put_in(body, source), f'{tag[:-1]}-{source}"' if source else tag
        headers = headers | {"ETag": f"W/{tag}" if finish else tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return HTMLResponse(finish(body) if finish else body, headers=headers)

    def _keep(self, written: Written) -> _Kept:
        body = bytes(written.page.body)
        names = ("Content-Language", "Vary", "Cache-Control")
        headers = {name: written.page.headers[name] for name in names}
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        while len(self._pages) >= self._most:
            self._pages.pop(next(iter(self._pages)), None)
        self._pages[written.says] = body, headers, tag
        return body, headers, tag
