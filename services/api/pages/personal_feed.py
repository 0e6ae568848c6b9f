"""The personal feed on one's own page: its link goes to the mailbox, and can be revoked. Never by a mere GET."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from services.api.database import DatabaseSession
from services.api.pages.my import Own
from services.api.pages.reader import CurrentReader
from services.api.pages.rendering import PRIVATE
from shared import personal_feeds, registrations

router = APIRouter()


@router.post("/my/{token}/feed")
def send_link(token: str, own: Own, reader: CurrentReader, session: DatabaseSession) -> Response:
    """Once an hour; more often changes nothing, and looks the same."""
    personal_feeds.send_link(session, registrations.get(session, own))
    return _back(token, reader, "sent")


@router.post("/my/{token}/feed/revoke")
def revoke(token: str, own: Own, reader: CurrentReader, session: DatabaseSession) -> Response:
    """The link stops working; a second time changes nothing."""
    personal_feeds.revoke(session, registrations.get(session, own).address)
    return _back(token, reader, "revoked")


def _back(token: str, reader: CurrentReader, what: str) -> Response:
    return RedirectResponse(f"{reader.link(f'/my/{token}', feed=what)}#feed", 303, headers=PRIVATE)
