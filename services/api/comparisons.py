"""Events beside each other, and the report after one."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.api.auth import CurrentOrganiser, ViewedEvent
from services.api.database import DatabaseSession
from services.api.openapi import gives, refused
from shared import audit, calendars, clock, comparison, events
from shared.event_report import writing
from shared.models import Role
from shared.schemas.comparison import Comparison

router = APIRouter(tags=["numbers"])

Key = Annotated[str, Query(max_length=200)]
# Nothing in the file may fetch anything, wherever it is opened.
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@router.get("/comparison", responses=refused(403, 404))
def compare_events(
    session: DatabaseSession,
    organiser: CurrentOrganiser,
    event: Annotated[
        list[Key], Query(min_length=1, max_length=comparison.MOST, description="Ids or slugs; the first leads.")
    ],
) -> Comparison:
    """Up to four events of one's calendars, aligned on their starts."""
    found = [events.get(session, key) for key in dict.fromkeys(event)]
    for one in found:
        calendars.require_role(session, organiser, one.calendar_id, Role.VIEWER)
    return comparison.compare(session, found)


@router.get("/events/{event_key}/report.html", response_class=Response, responses=gives("text/html"))
def read_report(event: ViewedEvent, session: DatabaseSession, organiser: CurrentOrganiser) -> Response:
    """One file with all numbers of an event and nothing of its people: to keep, to print, to send on."""
    content = writing.write(session, event)
    audit.record(session, "event.reported", by=organiser, event=event)
    name = f"report-{event.slug}-{clock.now():%Y-%m-%d}.html"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": _REPORT_POLICY,
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, media_type="text/html")
