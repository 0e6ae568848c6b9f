"""No more mail but what one's registrations require: a page with one button, and the mail program's one click."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from services.api.database import DatabaseSession
from services.api.pages.opened import NOTES_USE
from services.api.pages.reader import CurrentReader
from services.api.pages.rendering import PRIVATE, READING, page
from shared import links, suppressions
from shared.errors import NotFound
from shared.links import Purpose
from shared.models import Invitation, Registration

router = APIRouter(dependencies=[NOTES_USE])


# Programs that scan mail open every link in it, so opening this one changes nothing.
@router.api_route("/unsubscribe/{token}", methods=READING)
def show_unsubscribe(token: str, reader: CurrentReader) -> Response:
    return page(reader, "unsubscribe.html", headers=PRIVATE, token=token, is_done=False)


@router.post("/unsubscribe/{token}")
def unsubscribe(token: str, reader: CurrentReader, session: DatabaseSession) -> Response:
    """RFC 8058. The same answer for a token nobody signed: it tells nothing about who is registered."""
    _suppress_holder(session, token)
    return page(reader, "unsubscribe.html", headers=PRIVATE, token=token, is_done=True)


def _suppress_holder(session: Session, token: str) -> None:
    try:
        signed = links.read(Purpose.UNSUBSCRIBE, token)
    except NotFound:
        return
    # Such links stand in mails to those who registered and to those who were invited; an invitation that was withdrawn
    # since still tells whose wish this is.
    holder = session.get(Registration, signed) or session.get(Invitation, signed)
    if holder is not None:
        suppressions.suppress(session, holder.address, suppressions.UNSUBSCRIBED)
