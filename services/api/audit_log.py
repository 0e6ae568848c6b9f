"""The audit log over HTTP: who did what on a calendar."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Select, select

from services.api import paging
from services.api.auth import CurrentOrganiser
from services.api.database import DatabaseSession
from services.api.openapi import refused
from shared import answers, calendars
from shared.models import AuditEntry, Role
from shared.schemas.fields import Moment
from shared.schemas.stats import AuditPage

router = APIRouter(tags=["team"])

Action = Annotated[
    str | None,
    Query(max_length=100, pattern=r"^[a-z_.-]+$", description="`event.moved`, or `event.` for all of a kind."),
]


@router.get("/audit", responses=refused(403, 404))
def read_audit(
    session: DatabaseSession,
    asking: CurrentOrganiser,
    calendar: Annotated[str, Query(max_length=200, description="Slug or id.")],
    event: Annotated[UUID | None, Query(description="Only about this event.")] = None,
    organiser: Annotated[UUID | None, Query(description="Only what this organiser did.")] = None,
    action: Action = None,
    since: Annotated[Moment | None, Query(description="Not before.")] = None,
    until: Annotated[Moment | None, Query(description="Before.")] = None,
    limit: paging.Limit = 50,
    after: paging.After = None,
) -> AuditPage:
    """Who did what on a calendar, latest first. Owners only."""
    found_calendar = calendars.get(session, calendar)
    calendars.require_role(session, asking, found_calendar.id, Role.OWNER)
    query = select(AuditEntry).where(AuditEntry.calendar_id == found_calendar.id).order_by(AuditEntry.id.desc())
    query = _narrowed(query, event=event, organiser=organiser, action=action, since=since, until=until)
    if after is not None:
        query = query.where(AuditEntry.id < paging.identifier(after))
    found = list(session.scalars(query.limit(limit + 1)))
    cursor = paging.encode(found[limit - 1].id) if len(found) > limit else None
    return AuditPage(entries=answers.audit_answers(session, found[:limit]), next=cursor)


def _narrowed(
    query: Select[AuditEntry],
    *,
    event: UUID | None,
    organiser: UUID | None,
    action: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Select[AuditEntry]:
    wanted = []
    if event is not None:
        wanted.append(AuditEntry.event_id == event)
    if organiser is not None:
        wanted.append(AuditEntry.organiser_id == organiser)
    if action is not None:
        wanted.append(AuditEntry.action.startswith(action, autoescape=True))
    if since is not None:
        wanted.append(AuditEntry.at >= since)
    if until is not None:
        wanted.append(AuditEntry.at < until)
    return query.where(*wanted)
