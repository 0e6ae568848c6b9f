"""Events over HTTP: everyone reads what is published; organisers write."""

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Header, Query, Response
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import selectinload

from services.api import paging
from services.api.auth import CurrentOrganiser, EditedEvent, OptionalOrganiser, ViewedEvent
from services.api.database import DatabaseSession
from services.api.idempotency import OnlyOnce, RawBody
from services.api.openapi import gives, refused
from shared import announcing, answers, audit, calendars, clock, events, trend
from shared.errors import EditCollision, NotSignedIn, RevisionMissing
from shared.models import Event, EventState, Organiser, Role
from shared.schemas.events import (
    EventAnswer,
    EventContent,
    EventCreation,
    EventPage,
    ImportAnswer,
    StateChange,
)

router = APIRouter(prefix="/events", tags=["events"])

MEDIA_TYPES = ("text/markdown", "text/plain", "text/html")


@router.get("", responses=refused(404))
def list_events(
    session: DatabaseSession,
    organiser: OptionalOrganiser,
    scope: Annotated[
        Literal["public", "mine"], Query(description="`mine`: all of one's calendars, drafts too.")
    ] = "public",
    calendar: Annotated[str | None, Query(max_length=200, description="Slug or id.")] = None,
    limit: paging.Limit = 50,
    after: paging.After = None,
) -> EventPage:
    """Coming and running events, soonest first. With `scope=mine` also past ones and drafts."""
    query = select(Event).options(selectinload(Event.places)).order_by(Event.starts_at, Event.id).limit(limit + 1)
    query = _mine(session, query, organiser) if scope == "mine" else _public(query)
    if calendar is not None:
        query = query.where(Event.calendar_id == calendars.get(session, calendar).id)
    found = list(session.scalars(_from(query, after)))
    rows, more = found[:limit], len(found) > limit
    cursor = paging.encode(rows[-1].starts_at.isoformat() if rows[-1].starts_at else "", rows[-1].id) if more else None
    if scope == "public":
        return EventPage(events=[answers.event_summary(event, with_registered=False) for event in rows], next=cursor)
    trends = trend.trends(session, [event.id for event in rows])
    summaries = [answers.event_summary(event, with_registered=True) for event in rows]
    return EventPage(
        events=[one.model_copy(update={"trend": trends[one.id]}) for one in summaries],
        next=cursor,
    )


def _public(query: Select[Event]) -> Select[Event]:
    return query.where(Event.state != EventState.DRAFT, Event.ends_at > clock.now())


def _mine(session: DatabaseSession, query: Select[Event], organiser: Organiser | None) -> Select[Event]:
    if organiser is None:
        raise NotSignedIn("Your own events need a token. Sign in (POST /api/v1/sessions), or leave out scope=mine.")
    mine = [calendar.id for calendar, _ in calendars.memberships(session, organiser)]
    return query.where(Event.calendar_id.in_(mine))


def _from(query: Select[Event], after: str | None) -> Select[Event]:
    if after is None:
        return query
    starts_at, event_id = paging.moment_and_id(after)
    if starts_at is None:  # PostgreSQL puts events without a start last.
        return query.where(Event.starts_at.is_(None), Event.id > event_id)
    later = or_(Event.starts_at > starts_at, and_(Event.starts_at == starts_at, Event.id > event_id))
    return query.where(or_(later, Event.starts_at.is_(None)))


@router.post("", status_code=201, responses=refused(404, 409))
def create_event(
    body: EventCreation, response: Response, session: DatabaseSession, organiser: CurrentOrganiser, once: OnlyOnce
) -> EventAnswer:
    """A draft in one of one's calendars."""
    earlier = once.earlier(EventAnswer, response)
    if earlier is not None:
        return earlier
    calendar = calendars.get(session, body.calendar)
    calendars.require_role(session, organiser, calendar.id, Role.EDITOR)
    event = events.create(session, calendar, EventContent(**body.model_dump(exclude={"calendar"}, exclude_unset=True)))
    audit.record(session, "event.created", by=organiser, event=event)
    return once.keep(_edited(event, response))


_EXAMPLE = "# Webinar: Trees in the street\n\n3 March 2027, 15:00 (Madrid)"
_IMPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string"}, "example": _EXAMPLE} for name in MEDIA_TYPES},
    }
}


@router.post("/import", status_code=201, openapi_extra=_IMPORT_BODY, responses=refused(404, 409, 415))
def import_event(
    text: RawBody,
    once: OnlyOnce,
    response: Response,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
    calendar: Annotated[str | None, Query(max_length=200, description="Slug or id; else as the text says.")] = None,
    content_type: Annotated[str, Header()] = MEDIA_TYPES[0],
) -> ImportAnswer:
    """An announcement's text to a draft, with remarks on what was understood, doubtful or left out."""
    earlier = once.earlier(ImportAnswer, response)
    if earlier is not None:
        return earlier
    event, remarks = announcing.import_announcement(
        session, organiser, text, media_type=content_type, calendar_key=calendar
    )
    audit.record(session, "event.imported", by=organiser, event=event)
    return once.keep(ImportAnswer(event=_edited(event, response), remarks=remarks))


@router.get("/{event_key}", response_model=EventAnswer, responses={304: {"description": "As you have it."}})
def read_event(
    event_key: str,
    session: DatabaseSession,
    organiser: OptionalOrganiser,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """By id or slug. Drafts, and remarks, only for those who work on the calendar."""
    event = events.get(session, event_key)
    role = calendars.role_of(session, organiser, event.calendar_id) if organiser is not None else None
    if role is None:
        event = events.get_public(session, event_key)
    sees_people = role not in {None, Role.VIEWER}
    answer = answers.event_answer(event, with_remarks=role is not None, with_addresses=sees_people)
    content = answer.model_dump_json().encode()
    # Of what the reader may see, and nothing else: a counter would tell of every registration whether it was a new one.
    etag = f'"{event.version}-{hashlib.sha256(content).hexdigest()[:16]}"'
    if if_none_match == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(content, headers={"ETag": etag}, media_type="application/json")


@router.patch("/{event_key}", responses=refused(412, 428))
def edit_event(
    event: EditedEvent,
    body: EventContent,
    response: Response,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
    if_match: Annotated[str | None, Header(description="The event's `version`, quoted; `*` to insist.")] = None,
) -> EventAnswer:
    """Change what the body names. Registered people hear of it when their calendar is concerned."""
    before = event.revision
    event = events.edit(session, event.id, body, version=_version(if_match))
    action = "event.moved" if event.revision != before else "event.edited"
    audit.record(session, action, by=organiser, event=event, fields=sorted(body.model_fields_set))
    return _edited(event, response)


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        raise RevisionMissing('Send If-Match with the event\'s version, such as If-Match: "3", so no edit is lost.')
    if if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"').partition("-")[0]
    if not number.isdecimal():
        raise EditCollision("If-Match names no version of this event. Read the event and send its version.")
    return int(number)


def _edited(event: Event, response: Response) -> EventAnswer:
    response.headers["ETag"] = f'"{event.version}"'
    return answers.event_answer(event, with_remarks=True, with_addresses=True)


@router.post("/{event_key}/publish", responses=refused(409))
def publish_event(
    event: EditedEvent, response: Response, session: DatabaseSession, organiser: CurrentOrganiser
) -> EventAnswer:
    """Before everyone, from now on. An open doubt about the time is answered with 409 and the readings offered."""
    was = event.state
    event = events.publish(session, event.id)
    if event.state != was:
        audit.record(session, "event.published", by=organiser, event=event)
    return _edited(event, response)


Reason = Annotated[StateChange | None, Body()]


@router.post("/{event_key}/cancel", responses=refused(409))
def cancel_event(
    event: EditedEvent, response: Response, session: DatabaseSession, organiser: CurrentOrganiser, body: Reason = None
) -> EventAnswer:
    """Call it off: everyone registered is told, and their calendars with them."""
    event = events.cancel(session, event.id, body.reason if body else None)
    audit.record(session, "event.cancelled", by=organiser, event=event)
    return _edited(event, response)


@router.post("/{event_key}/postpone", responses=refused(409))
def postpone_event(
    event: EditedEvent, response: Response, session: DatabaseSession, organiser: CurrentOrganiser, body: Reason = None
) -> EventAnswer:
    """Take the date back; registrations stay. Set a new time and publish again."""
    event = events.postpone(session, event.id, body.reason if body else None)
    audit.record(session, "event.postponed", by=organiser, event=event)
    return _edited(event, response)


@router.get("/{event_key}/announcement", response_class=Response, responses=gives("text/markdown"))
def read_announcement(event: ViewedEvent) -> Response:
    """The event as an announcement in Markdown, ready to be pasted elsewhere."""
    return Response(
        announcing.export_announcement(answers.event_answer(event, with_remarks=False)), media_type="text/markdown"
    )
