"""Mails that somebody read: told by what people do on the pages that links in mails lead to, never by opening them.

Programs that scan mail open every link in it. They send no forms, and neither point, type nor stay.
"""

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.pages.reader import CurrentReader
from shared import links, opened
from shared.database import new_session

router = APIRouter()

_NOTHING = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@router.post("/opened/{token}")
def note_opened(token: str) -> Response:
    """Sent by the script of the pages. The same answer whatever the token is: it tells nothing."""
    message_id = links.read_mail(token)
    if message_id is not None:
        _note(message_id)
    return Response(status_code=204, headers=_NOTHING)


async def _note_use(request: Request, reader: CurrentReader) -> None:
    """For routers of personal pages: a form that comes back was sent by a person."""
    message_id = links.read_mail(reader.mail or "")
    if request.method == "POST" and message_id is not None:
        await run_in_threadpool(_note, message_id)


NOTES_USE = Depends(_note_use)


def _note(message_id: UUID) -> None:
    with new_session() as session:
        opened.note(session, message_id)
        session.commit()
