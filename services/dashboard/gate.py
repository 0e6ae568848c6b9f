"""What stands before every page: visitors without a session are shown the door, and pages may fetch only from us."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.dashboard.cookies import ROOT, SESSION_COOKIE
from services.dashboard.sign_in import SIGN_IN

_OPEN = tuple(f"{ROOT}/{part}/" for part in ("auth", "_stcore", "static", "media", "component", "app"))
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def _own_scripts() -> str:
    """The scripts that stand in Streamlit's page itself, named by their hashes so that no other one runs."""
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    hashes = (b64encode(sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(page.read_bytes()))
    return " ".join(f"'sha256-{value}'" for value in hashes)


# The second line behind escaping: a registrant's text that became markup could still fetch nothing. Streamlit
# styles its elements inline, and Vega compiles its expressions.
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; "
    f"script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval' {_own_scripts()}; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class Gate:
    """Judges only whether there is a session to show; whether it is a good one is for the API to say."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        sends = _with_headers(send)
        if request.url.path in {"", "/"}:
            await RedirectResponse(f"{ROOT}/", status_code=307)(scope, receive, sends)
        elif _is_page(request) and not request.cookies.get(SESSION_COOKIE):
            await RedirectResponse(_sign_in_address(request), status_code=303)(scope, receive, sends)
        else:
            await self._app(scope, receive, sends)


def _is_page(request: Request) -> bool:
    return (
        request.method in {"GET", "HEAD"}
        and "text/html" in request.headers.get("accept", "")
        and not request.url.path.startswith(_OPEN)
    )


def _sign_in_address(request: Request) -> str:
    wish = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SIGN_IN}?{urlencode({'next': wish})}"


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
