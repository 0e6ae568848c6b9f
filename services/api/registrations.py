"""Registrations over HTTP: everyone registers, organisers see and cancel."""

import csv
import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from starlette.concurrency import run_in_threadpool

from services.api import paging
from services.api.auth import CurrentOrganiser, EditedRegistration, ViewedEvent
from services.api.crowd import Crowd
from services.api.database import DatabaseSession
from shared import answers, audit, events, registrations
from shared.admission import Application, Outcome
from shared.database import new_session
from shared.errors import NotFound
from shared.models import Message, MessageStatus, Registration, RegistrationSource, RegistrationStatus
from shared.schemas.registrations import (
    Applicant,
    MessagePage,
    RegistrationAnswer,
    RegistrationCorrection,
    RegistrationOutcome,
    RegistrationPage,
)
from shared.settings import get_settings
from shared.translations import best_language

router = APIRouter(tags=["registrations"])

_DETAILS = {
    RegistrationStatus.CONFIRMED: "You have a place. A mail with the calendar entry is on its way to this address.",
    RegistrationStatus.WAITLISTED: "The event is full. Unless this address has a place already, it is on the waiting "
    "list now; a mail to it tells which.",
}
_COLUMNS = ("position", "status", "name", "address", "organisation", "city", "country", "audience", "language",
            "time_zone", "registered_at")  # fmt: skip
# A spreadsheet would run a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@router.post("/events/{event_key}/registrations", status_code=201)
async def register(
    event_key: str,
    body: Applicant,
    request: Request,
    accept_language: Annotated[str | None, Header()] = None,
) -> RegistrationOutcome:
    """Register one address. The answer is the same whether it was registered before or not; the mail tells."""
    application = Application(body, RegistrationSource.API, best_language(accept_language))
    event_id, slug = await run_in_threadpool(find_event, event_key)
    outcome = await admit(request.app.state.crowd, event_id, application)
    url = f"{get_settings().site_url}/events/{slug}"
    return RegistrationOutcome(status=outcome.status, detail=_DETAILS[outcome.status], event_id=event_id, event_url=url)


async def admit(crowd: Crowd, event_id: UUID, application: Application) -> Outcome:
    """Through the crowd path; a refusal is raised."""
    try:
        outcome = await crowd.register(event_id, application)
    except NotFound:
        find_event.cache_clear()  # The database was restored under us: the next one looks again.
        raise
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome


@lru_cache(maxsize=10_000)
def find_event(event_key: str) -> tuple[UUID, str]:
    """Id and slug of a public event. Raises NotFound.

    Neither changes, and an event once public is never a draft again, so one look serves the whole crowd.
    """
    with new_session() as session:
        event = events.get_public(session, event_key)
        return event.id, event.slug


@router.get("/events/{event_key}/registrations")
def list_registrations(
    event: ViewedEvent,
    session: DatabaseSession,
    limit: paging.Limit = 50,
    after: paging.After = None,
    status: Annotated[RegistrationStatus | None, Query()] = None,
) -> RegistrationPage:
    """In the order they were taken."""
    query = select(Registration).where(Registration.event_id == event.id).order_by(Registration.position)
    if status is not None:
        query = query.where(Registration.status == status)
    if after is not None:
        query = query.where(Registration.position > paging.number(after))
    found = list(session.scalars(query.limit(limit + 1)))
    cursor = paging.encode(found[limit - 1].position) if len(found) > limit else None
    return RegistrationPage(registrations=[answers.registration_answer(one) for one in found[:limit]], next=cursor)


@router.get("/events/{event_key}/registrations.csv", response_class=StreamingResponse)
def export_registrations(
    event: ViewedEvent, session: DatabaseSession, organiser: CurrentOrganiser
) -> StreamingResponse:
    """All registrations as CSV (RFC 4180), safe to open in a spreadsheet."""
    audit.record(session, "registrations.exported", by=organiser, event=event)
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.csv"'}
    return StreamingResponse(_csv(event.id), media_type="text/csv; charset=utf-8", headers=headers)


def _csv(event_id: UUID) -> Iterator[str]:
    yield _csv_line(_COLUMNS)
    query = select(Registration).where(Registration.event_id == event_id).order_by(Registration.position)
    with new_session() as session:
        for registration in session.scalars(query.execution_options(yield_per=1000)):
            yield _csv_line([_cell(getattr(registration, column)) for column in _COLUMNS])


def _csv_line(cells: tuple[str, ...] | list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


@router.patch("/registrations/{registration_id}")
def correct_registration(
    registration: EditedRegistration,
    body: RegistrationCorrection,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
) -> RegistrationAnswer:
    corrected = registrations.correct(session, registration.id, body)
    audit.record(session, "registration.corrected", by=organiser, event=registration.event)
    return answers.registration_answer(corrected)


@router.delete("/registrations/{registration_id}", status_code=204)
def cancel_registration(
    registration: EditedRegistration, session: DatabaseSession, organiser: CurrentOrganiser
) -> None:
    """Give the place back. The person is told, and who waits moves up."""
    registrations.cancel(session, registration.id)
    audit.record(session, "registration.cancelled", by=organiser, event=registration.event)


@router.get("/events/{event_key}/messages")
def list_messages(
    event: ViewedEvent,
    session: DatabaseSession,
    limit: paging.Limit = 50,
    after: paging.After = None,
    status: Annotated[MessageStatus | None, Query()] = None,
) -> MessagePage:
    """The mails of an event with their whole life, oldest first."""
    query = select(Message).where(Message.event_id == event.id).order_by(Message.id)
    if status is not None:
        query = query.where(Message.status == status)
    if after is not None:
        query = query.where(Message.id > paging.identifier(after))
    found = list(session.scalars(query.options(joinedload(Message.registration)).limit(limit + 1)))
    cursor = paging.encode(found[limit - 1].id) if len(found) > limit else None
    return MessagePage(messages=[answers.message_answer(one) for one in found[:limit]], next=cursor)
