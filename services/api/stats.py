"""The live numbers of an event, and the audit log, for those who work on it."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy import select

from services.api import paging
from services.api.auth import CurrentOrganiser, ViewedEvent
from services.api.database import DatabaseSession
from services.api.openapi import refused
from shared import answers, calendars, stats
from shared.models import AuditEntry, Role
from shared.schemas.stats import AuditPage, Stats

router = APIRouter(tags=["stats"])


@router.get("/events/{event_key}/stats", response_model=Stats, responses={304: {"description": "As you have it."}})
def read_stats(
    event: ViewedEvent, session: DatabaseSession, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """One snapshot for one screen: registrations, places, curve, audiences, countries, cities, sources, latest, mail.

    Send its ETag as If-None-Match: 304 where nothing has changed. What time alone changes is seen within ten seconds.
    """
    seen = stats.look(session, event)
    headers = {"ETag": f'"{seen.edition}"', "Cache-Control": "private, no-cache"}
    if headers["ETag"] in (if_none_match or ""):
        return Response(status_code=304, headers=headers)
    # Written here: FastAPI would check the answer once more, which costs as much as everything else.
    content = stats.snapshot(session, event, seen).model_dump_json()
    return Response(content, headers=headers, media_type="application/json")


@router.get("/audit", responses=refused(403, 404))
def read_audit(
    session: DatabaseSession,
    organiser: CurrentOrganiser,
    calendar: Annotated[str, Query(max_length=200, description="Slug or id.")],
    limit: paging.Limit = 50,
    after: paging.After = None,
) -> AuditPage:
    """Who did what on a calendar, latest first. Owners only."""
    found_calendar = calendars.get(session, calendar)
    calendars.require_role(session, organiser, found_calendar.id, Role.OWNER)
    query = select(AuditEntry).where(AuditEntry.calendar_id == found_calendar.id).order_by(AuditEntry.id.desc())
    if after is not None:
        query = query.where(AuditEntry.id < paging.identifier(after))
    found = list(session.scalars(query.limit(limit + 1)))
    cursor = paging.encode(found[limit - 1].id) if len(found) > limit else None
    return AuditPage(entries=[answers.audit_answer(session, entry) for entry in found[:limit]], next=cursor)
