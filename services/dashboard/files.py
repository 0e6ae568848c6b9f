"""Lists as files: passed on from the API piece by piece, so that a large one needs no room here."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import requests
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from services.dashboard.api_client import api
from services.dashboard.cookies import ROOT, SESSION_COOKIE
from services.dashboard.failures import Failure

PATHS = {ending: f"{ROOT}/files/registrations.{ending}" for ending in ("csv", "xlsx")}
REPORT = f"{ROOT}/files/report.html"
# Bytes at a time.
_PIECE = 64 * 1024
_PASSED_ON = ("content-type", "content-disposition", "content-security-policy")


async def registrations(request: Request) -> Response:
    ending = request.url.path.rpartition(".")[2]
    wish = {"delimiter": "semicolon"} if request.query_params.get("delimiter") == "semicolon" else {}
    return await _pass_on(request, lambda token, event: api().export_registrations(token, event, ending, wish))


async def report(request: Request) -> Response:
    return await _pass_on(request, lambda token, event: api().report(token, event))


async def _pass_on(request: Request, fetch: Callable[[str, str], requests.Response | Failure]) -> Response:
    """Only for who follows a link on our own pages: an export is noted in the audit log."""
    event_id = request.query_params.get("event", "")
    token = request.cookies.get(SESSION_COOKIE, "")
    if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"} or not (token and event_id):
        return _back(event_id)
    answer = await run_in_threadpool(fetch, token, event_id)
    if isinstance(answer, Failure):
        return _back(event_id, export="failed")
    headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
    return StreamingResponse(_pieces(answer), headers=headers | {"Cache-Control": "no-store"})


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    with answer:
        yield from answer.iter_content(_PIECE)


def _back(event_id: str, **more: str) -> Response:
    return RedirectResponse(f"{ROOT}/registrations?{urlencode({'event': event_id, **more})}", status_code=303)


routes = [
    *(Route(path, registrations, methods=["GET"]) for path in PATHS.values()),
    Route(REPORT, report, methods=["GET"]),
]
