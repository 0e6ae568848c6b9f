"""A person's data over HTTP, for owners of a calendar: exported and erased on request."""

from fastapi import APIRouter

from services.api.auth import CurrentOrganiser, OwnedCalendar
from services.api.database import DatabaseSession
from shared import audit
from shared.privacy.erasing import erase
from shared.privacy.exporting import export
from shared.schemas.privacy import ErasureReport, PersonExport, PersonRequest

router = APIRouter(prefix="/calendars/{calendar_key}/privacy", tags=["privacy"])


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
