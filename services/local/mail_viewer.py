"""Caught mail in the browser and as JSON. What a mail contains is shown, and never run or loaded."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.middleware.trustedhost import TrustedHostMiddleware

from services.local import mail_reading, maildir
from services.local.mail_reading import Mail, Summary

_PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'"
# The page of a mail's HTML version: styles that stand in the mail itself and embedded pictures, nothing from outside.
_HTML_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
_SAFE_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}

# A page of the list, and what a script gets unless it asks for more.
_PAGE_LENGTH = 50

_LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]")

router = APIRouter()


class Piece(NamedTuple):
    text: str
    is_link: bool


def create_app(kept_in: Path, *, site_url: str = "http://127.0.0.1:8000") -> FastAPI:
    app = FastAPI(title="Caught mail", docs_url=None, redoc_url=None)
    app.state.maildir, app.state.site_url = kept_in, site_url
    app.include_router(router)
    app.middleware("http")(_add_safe_headers)
    # A page elsewhere that gives its own name our address must not read the personal links in these mails.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])
    return app


async def _add_safe_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in {"Content-Security-Policy": _PAGE_POLICY, **_SAFE_HEADERS}.items():
        response.headers.setdefault(name, value)
    return response


def linked(text: str) -> Iterator[Piece]:
    """The text in pieces, so that the template can make links of the addresses and still escape everything."""
    end = 0
    for match in _LINK.finditer(text):
        yield Piece(text[end : match.start()], is_link=False)
        yield Piece(match.group(), is_link=True)
        end = match.end()
    yield Piece(text[end:], is_link=False)


def _moment(instant: datetime) -> str:
    return f"{instant:%a %d %b %Y, %H:%M:%S} UTC"


def _size(size_bytes: int) -> str:
    return f"{size_bytes} bytes" if size_bytes < 1024 else f"{size_bytes / 1024:.0f} KiB"


_templates = Environment(
    loader=PackageLoader("services.local"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_templates.filters |= {"linked": linked, "moment": _moment, "size": _size}


def _page(name: str, **values: object) -> HTMLResponse:
    return HTMLResponse(_templates.get_template(name).render(**values))


def _kept_in(request: Request) -> Path:
    kept_in: Path = request.app.state.maildir
    return kept_in


def _find(message_id: str, kept_in: Annotated[Path, Depends(_kept_in)]) -> Path:
    found = maildir.find(kept_in, message_id)
    if found is None:
        raise HTTPException(404, "There is no such mail. It may have been removed; the list shows what is there.")
    return found


MailFolder = Annotated[Path, Depends(_kept_in)]
MailFile = Annotated[Path, Depends(_find)]
Recipient = Annotated[str, Query(max_length=320, description="Only mail to addresses that contain this.")]
Before = Annotated[str | None, Query(description="Only mail that came before the one with this id.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get("/api/messages")
def list_messages(kept_in: MailFolder, to: Recipient = "", before: Before = None, limit: Limit = 50) -> list[Summary]:
    """Newest first."""
    arrived = (file for file in maildir.files(kept_in) if before is None or maildir.identifier_of(file) < before)
    summaries = (mail_reading.summarise(file) for file in arrived)
    wanted = to.strip().casefold()
    return list(islice((summary for summary in summaries if _is_to(summary, wanted)), limit))


def _is_to(summary: Summary, wanted: str) -> bool:
    return not wanted or any(wanted in address.casefold() for address in summary.recipients)


@router.get("/api/messages/{message_id}")
def show_message(file: MailFile) -> Mail:
    return mail_reading.read(file)


@router.get("/api/messages/{message_id}/raw", response_class=PlainTextResponse)
def show_source(file: MailFile) -> Response:
    """Byte for byte, below the envelope."""
    return PlainTextResponse(file.read_bytes(), headers={"Content-Security-Policy": "sandbox; default-src 'none'"})


@router.get("/", response_class=HTMLResponse)
def list_page(request: Request, kept_in: MailFolder, to: Recipient = "", before: Before = None) -> HTMLResponse:
    found = list_messages(kept_in, to, before, _PAGE_LENGTH + 1)
    shown, has_older = found[:_PAGE_LENGTH], len(found) > _PAGE_LENGTH
    site_url = request.app.state.site_url
    return _page("list.html", mails=shown, has_older=has_older, to=to, before=before, site_url=site_url)


@router.get("/messages/{message_id}", response_class=HTMLResponse)
def message_page(file: MailFile) -> HTMLResponse:
    return _page("message.html", mail=mail_reading.read(file))


@router.get("/messages/{message_id}/html", response_class=HTMLResponse)
def html_version(file: MailFile) -> HTMLResponse:
    html = mail_reading.read(file).html
    if html is None:
        raise HTTPException(404, "This mail has no HTML version.")
    content = html.encode("utf-8", errors="replace")
    return HTMLResponse(content, headers={"Content-Security-Policy": _HTML_POLICY})


@router.get("/messages/{message_id}/parts/{number}")
def download_part(file: MailFile, number: int) -> Response:
    found = mail_reading.part_of(file, number)
    if found is None:
        raise HTTPException(404, f"This mail has no part {number}.")
    part, content = found
    name = part.name or ("calendar.ics" if part.content_type == "text/calendar" else f"part-{number}")
    # Whatever the sender calls it, the browser is to save it.
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/style.css")
def style() -> Response:
    return Response(_templates.get_template("style.css").render(), media_type="text/css")
