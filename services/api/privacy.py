"""A person's data over HTTP, for owners of a calendar: exported and erased on request."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.api.auth import CurrentOrganiser
from services.api.database import DatabaseSession
from shared import audit, calendars
from shared.models import Calendar, Role
from shared.privacy.erasing import erase
from shared.privacy.exporting import export
from shared.schemas.privacy import ErasureReport, PersonExport, PersonRequest

router = APIRouter(prefix="/calendars/{calendar_key}/privacy", tags=["privacy"])


def _owned(calendar_key: str, session: DatabaseSession, organiser: CurrentOrganiser) -> Calendar:
    calendar = calendars.get(session, calendar_key)
    calendars.require_role(session, organiser, calendar.id, Role.OWNER)
    return calendar


OwnedCalendar = Annotated[Calendar, Depends(_owned, scope="function")]


# Both are POST, because an address must not stand in a URL: those are written into logs.
@router.post("/export")
def export_person(
    calendar: OwnedCalendar, body: PersonRequest, session: DatabaseSession, organiser: CurrentOrganiser
) -> PersonExport:
    """Everything that this calendar keeps of an address, to be handed to the person who asked for it."""
    found = export(session, body.address, calendar=calendar)
    count = len(found.registrations)
    audit.record(session, "person.exported", by=organiser, calendar_id=calendar.id, registrations=count)
    return found


@router.post("/erase")
def erase_person(
    calendar: OwnedCalendar, body: PersonRequest, session: DatabaseSession, organiser: CurrentOrganiser
) -> ErasureReport:
    """Erase an address from this calendar, for good. Places at coming events go on to who waits; numbers stay."""
    return erase(session, body.address, by=organiser, calendar=calendar)
