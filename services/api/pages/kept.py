"""Pages that many people ask for while nothing changes: written once, given to everyone who would get the same."""

import hashlib
from collections.abc import Callable, Hashable

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

# Pages of 40 KiB: ten megabytes for each process.
_MOST = 256


class KeptPages:
    """A key names everything that its page depends on. Two requests may write the same page at once; no matter."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._pages: dict[Hashable, tuple[bytes, dict[str, str]]] = {}

    def answer(
        self,
        request: Request,
        key: Hashable,
        write: Callable[[], HTMLResponse],
        finish: Callable[[bytes], bytes],
    ) -> Response:
        """The page with its ETag, or 304 to a browser that has it.

        `finish` adds what differs from one answer to the next and says nothing to the reader, so the ETag is a weak
        one (RFC 9110 section 8.8.1).
        """
        body, headers = self._pages.get(key) or self._keep(key, write())
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return HTMLResponse(finish(body), headers=headers)

    def _keep(self, key: Hashable, written: HTMLResponse) -> tuple[bytes, dict[str, str]]:
        body = bytes(written.body)
        names = ("Content-Language", "Vary", "Cache-Control")
        headers = {name: written.headers[name] for name in names}
        headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        while len(self._pages) >= self._most:
            self._pages.pop(next(iter(self._pages)), None)
        self._pages[key] = body, headers
        return body, headers
