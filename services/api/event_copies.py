"""Events made from others, drafts thrown away, and the times of a programme that is being written."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from services.api.auth import CurrentOrganiser, EditedEvent
from services.api.database import DatabaseSession
from services.api.openapi import gives, refused
from shared import answers, audit, event_copies
from shared.schemas.event_copies import CopyRequest, ProgrammeDraft, ProgrammeTimes
from shared.schemas.events import EventAnswer

router = APIRouter(tags=["events"])


@router.post("/events/{event_key}/copy", status_code=201)
def copy_event(
    event: EditedEvent,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
    body: Annotated[CopyRequest | None, Body()] = None,
) -> EventAnswer:
    """A draft like it: content, programme, questions, mail rules. Without room, recording, and ways to reach people."""
    made = event_copies.copy(session, event, body or CopyRequest())
    audit.record(session, "event.copied", by=organiser, event=made, source=str(event.id))
    return answers.event_answer(made, with_remarks=True, with_addresses=True)


@router.delete("/events/{event_key}", status_code=204, responses=refused(409))
def delete_event(event: EditedEvent, session: DatabaseSession, organiser: CurrentOrganiser) -> None:
    """Only drafts that nobody is registered for or invited to; what was published is cancelled instead."""
    audit.record(session, "event.deleted", by=organiser, calendar_id=event.calendar_id, title=event.title)
    event_copies.delete_draft(session, event)


@router.get("/events/{event_key}/announcement-text", response_class=Response, responses=gives("text/plain"))
def read_announcement_text(event: EditedEvent) -> Response:
    """The announcement as it was pasted, to be held beside what was understood; empty where there was none."""
    return Response(event.announcement_text or "", media_type="text/plain")


@router.post("/programme-times")
def read_programme_times(body: ProgrammeDraft, organiser: CurrentOrganiser) -> ProgrammeTimes:
    """When each item of a programme begins and ends, and by how much it is too long. Nothing is stored."""
    return event_copies.programme_times(body)
