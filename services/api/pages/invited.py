"""One's own invitation, behind the signed link of its mail: the event's page with the form filled in, and a way to say
that one cannot come. Opening it changes nothing, because programs that scan mail open every link in it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.api.database import DatabaseSession
from services.api.pages import stamps
from services.api.pages.events import event_page
from services.api.pages.forms import read_form
from services.api.pages.invited_view import Invited, filled_form, invited_view
from services.api.pages.reader import CurrentReader, Reader
from services.api.pages.registering import Way, take
from services.api.pages.rendering import PRIVATE, READING
from shared import invitations, links
from shared.database import new_session
from shared.links import Purpose
from shared.models import Invitation
from shared.translations import LANGUAGES

router = APIRouter()


def _own(token: str) -> UUID:
    return links.read(Purpose.INVITED, token)


Own = Annotated[UUID, Depends(_own)]


@router.api_route("/invited/{token}", methods=READING)
def show_invitation(token: str, own: Own, reader: CurrentReader, session: DatabaseSession) -> Response:
    invitation = invitations.get(session, own)
    reader = _at_home(reader, invitation)
    form = filled_form(invitation, reader)
    answer = event_page(invitation.event, reader, form, invited=invited_view(token, invitation))
    answer.body = stamps.stamp(bytes(answer.body), invitation.event_id)
    return answer


def _at_home(reader: Reader, invitation: Invitation) -> Reader:
    """In the language they were written to in, unless the address of the page says otherwise."""
    is_chosen = "lang" in dict(reader.chosen) or invitation.language not in LANGUAGES
    return reader if is_chosen else replace(reader, language=invitation.language)


@router.post("/invited/{token}")
async def register_invited(token: str, own: Own, request: Request, reader: CurrentReader) -> Response:
    """Through the one path. Whoever keeps the address that the link was mailed to need not prove it is theirs."""
    typed = await read_form(request)
    return await take(await run_in_threadpool(_way, token, own, request, reader), typed)


def _way(token: str, own: UUID, request: Request, reader: Reader) -> Way:
    with new_session() as session:
        invitation = invitations.get(session, own)
        invited = Invited(token, invitation.id, invitation.address)
        return Way(request, invitation.event_id, invitation.event.slug, _at_home(reader, invitation), invited)


@router.post("/invited/{token}/decline")
def decline(token: str, own: Own, reader: CurrentReader, session: DatabaseSession) -> Response:
    """They cannot come; a second time changes nothing."""
    return _done(token, reader, lambda: invitations.decline(session, own))


@router.post("/invited/{token}/reconsider")
def reconsider(token: str, own: Own, reader: CurrentReader, session: DatabaseSession) -> Response:
    """They can, after all; a second time changes nothing."""
    return _done(token, reader, lambda: invitations.reconsider(session, own))


def _done(token: str, reader: Reader, deed: Callable[[], object]) -> Response:
    """303 to the page that says how things stand now."""
    deed()
    return RedirectResponse(reader.link(f"/invited/{token}") + "#answer", 303, headers=PRIVATE)


@router.api_route("/invited/{token}/decline", methods=READING)
@router.api_route("/invited/{token}/reconsider", methods=READING)
def show_again(token: str, own: Own, reader: CurrentReader) -> Response:
    """Whoever opens the address of a button comes back to the page."""
    return RedirectResponse(reader.link(f"/invited/{token}"), 303, headers=PRIVATE)
