"""What calendars hold, over HTTP: the entry sent again to those who have an old one."""

from fastapi import APIRouter

from services.api.auth import CurrentOrganiser, EditedEvent
from services.api.database import DatabaseSession
from services.api.openapi import refused
from shared import audit, call_sheets, ledger
from shared.schemas.mail import CallSheetsSent, EntriesSent

router = APIRouter(prefix="/events/{event_key}", tags=["mail"])


@router.post("/entries", responses=refused(409))
def send_entries_again(event: EditedEvent, session: DatabaseSession, organiser: CurrentOrganiser) -> EntriesSent:
    """To everyone with a place whose calendar has an old entry or none, and to whom none is on its way."""
    count = ledger.send_again(session, event)
    if count:
        audit.record(session, "entries.sent-again", by=organiser, event=event, count=count)
    return EntriesSent(count=count)


@router.post("/call-sheets", responses=refused(409))
def send_call_sheets(event: EditedEvent, session: DatabaseSession, organiser: CurrentOrganiser) -> CallSheetsSent:
    """To everyone on the programme who can be written to, and has not been sent their present slots."""
    count = call_sheets.send(session, event)
    if count:
        audit.record(session, "call-sheets.sent", by=organiser, event=event, count=count)
    return CallSheetsSent(count=count)
