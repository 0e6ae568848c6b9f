"""What the site keeps of people and why; and for each their own data, to take along or to have deleted."""

from fastapi import APIRouter, Response

from services.api.database import DatabaseSession
from services.api.pages.invited import Own as OwnInvitation
from services.api.pages.listing import all_calendars
from services.api.pages.my import Own
from services.api.pages.opened import NOTES_USE
from services.api.pages.reader import CurrentReader, at_home
from services.api.pages.rendering import PRIVATE, READING, page
from shared import invitations, registrations
from shared.errors import NotFound
from shared.privacy.erasing import erase
from shared.privacy.exporting import export
from shared.schemas.privacy import PersonExport

router = APIRouter(dependencies=[NOTES_USE])


@router.api_route("/privacy", methods=READING)
def show_privacy(reader: CurrentReader, session: DatabaseSession) -> Response:
    return page(reader, "privacy.html", calendars=all_calendars(session))


@router.api_route("/my/{token}/data.json", methods=READING)
def download(own: Own, session: DatabaseSession) -> Response:
    """All that the organisation keeps of the address: whoever has the link has the mailbox."""
    registration = registrations.get(session, own)
    return _as_file(export(session, registration.address, calendar=registration.event.calendar))


def _as_file(found: PersonExport) -> Response:
    headers = PRIVATE | {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(found.model_dump_json(indent=2), media_type="application/json", headers=headers)


@router.api_route("/invited/{token}/data.json", methods=READING)
def download_invited(own: OwnInvitation, session: DatabaseSession) -> Response:
    """The same for somebody who was invited: the link was mailed to the address that it is about."""
    invitation = invitations.get(session, own)
    return _as_file(export(session, invitation.address, calendar=invitation.event.calendar))


@router.post("/invited/{token}/erase")
def erase_invited(own: OwnInvitation, reader: CurrentReader, session: DatabaseSession) -> Response:
    try:
        invitation = invitations.get(session, own)
    except NotFound:
        return page(reader, "erased.html", headers=PRIVATE, report=None)
    report = erase(session, invitation.address, by=None, calendar=invitation.event.calendar)
    return page(reader, "erased.html", headers=PRIVATE, report=report)


@router.post("/my/{token}/erase")
def erase_own(own: Own, reader: CurrentReader, session: DatabaseSession) -> Response:
    """Erase the address from this organisation's calendar. Doing it again finds nothing, and says the same."""
    try:
        registration = registrations.get(session, own)
    except NotFound:
        return page(reader, "erased.html", headers=PRIVATE, report=None)
    reader = at_home(reader, registration)
    report = erase(session, registration.address, by=None, calendar=registration.event.calendar)
    return page(reader, "erased.html", headers=PRIVATE, report=report)
