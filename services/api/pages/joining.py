"""The way into the room: a page with one button, behind the personal link of the mails. Only pressing it counts."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from services.api.database import DatabaseSession
from services.api.pages.event_view import EventView
from services.api.pages.moments import Span, reader_span
from services.api.pages.reader import CurrentReader, Reader, at_home
from services.api.pages.rendering import LEADING_OUT, PRIVATE, READING, page
from shared import joining, links, opened, registrations
from shared.joining import Door
from shared.links import Purpose
from shared.models import Registration

router = APIRouter()


def _invited_in(token: str) -> UUID:
    return links.read(Purpose.JOIN, token)


Bearer = Annotated[UUID, Depends(_invited_in)]


@dataclass(frozen=True)
class DoorView:
    """The way in as a page shows it: where it leads to, how things stand, and when it opens on both clocks."""

    door: Door
    action: str
    opening: Span | None
    opening_theirs: Span | None

    @property
    def standing(self) -> str:
        return str(self.door.standing)


def door_view(registration: Registration, reader: Reader) -> DoorView:
    event = registration.event
    door = joining.door(event, registration.status)
    opening = None
    if door.opens_at is not None and event.time_zone is not None:
        opening = Span(door.opens_at, None, event.time_zone, reader.locale)
    action = reader.link(f"/join/{links.sign(Purpose.JOIN, registration.id)}")
    return DoorView(door, action, opening, reader_span(opening, reader.zone))


@router.api_route("/join/{token}", methods=READING)
def show_door(bearer: Bearer, reader: CurrentReader, session: DatabaseSession, tried: str = "") -> Response:
    """Changes nothing: programs that scan mail open every link."""
    registration = registrations.get(session, bearer)
    reader = at_home(reader, registration)
    view, door = EventView(registration.event, reader), door_view(registration, reader)
    return page(reader, "join.html", headers=LEADING_OUT, view=view, door=door, has_tried=bool(tried))


@router.post("/join/{token}")
def join(token: str, bearer: Bearer, reader: CurrentReader, session: DatabaseSession) -> Response:
    """303 into the room, with the coming noted; or to the page that says why not yet."""
    message_id = links.read_mail(reader.mail or "")
    if message_id is not None:
        opened.note(session, message_id)
    door = joining.enter(session, registrations.get(session, bearer))
    if door.room is None:
        return RedirectResponse(reader.link(f"/join/{token}", tried="yes"), 303, headers=PRIVATE)
    # Written as it is: the address was checked, and the framework would encode it once more.
    return Response(status_code=303, headers=PRIVATE | {"Location": door.room})
