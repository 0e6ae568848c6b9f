"""Registrations over HTTP: everyone registers, organisers see and cancel."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from starlette.concurrency import run_in_threadpool

from services.api import paging
from services.api.auth import CurrentOrganiser, EditedRegistration, SeesPeople, ViewedEvent, bearer, current
from services.api.crowd import Crowd
from services.api.database import DatabaseSession
from services.api.openapi import refused
from services.api.public_events import await_event, forget_events
from shared import answers, audit, calendars, events, readdressing, registration_lists, registrations
from shared.admission import Application, Outcome, register_many
from shared.database import new_session
from shared.errors import NotFound
from shared.models import Message, MessageKind, MessageStatus, RegistrationSource, RegistrationStatus, Role
from shared.registration_lists import Wish
from shared.schemas.registrations import (
    Applicant,
    MessagePage,
    OrganiserCorrection,
    RegistrationAnswer,
    RegistrationCorrection,
    RegistrationOutcome,
    RegistrationPage,
)
from shared.settings import get_settings
from shared.translations import best_language

router = APIRouter(tags=["registrations"])

_DETAILS = {
    RegistrationStatus.PENDING: "A mail with a link is on its way to this address. The registration counts once the "
    "address is confirmed through it.",
    RegistrationStatus.CONFIRMED: "You have a place. A mail with the calendar entry is on its way to this address.",
    RegistrationStatus.WAITLISTED: "The event is full. Unless this address has a place already, it is on the waiting "
    "list now; a mail to it tells which.",
}
_ADDED = {
    RegistrationStatus.CONFIRMED: "They have a place. A mail with the calendar entry is on its way to them.",
    RegistrationStatus.WAITLISTED: "The event is full, so they are on the waiting list. A mail tells them so.",
}


# Told here and read by hand: what FastAPI does for a declared header costs a crowd more than everything done with it.
_HEADERS = {
    "security": [{"HTTPBearer": []}],
    "parameters": [
        {"name": "accept-language", "in": "header", "schema": {"type": "string"}},
        {
            "name": "altcha",
            "in": "header",
            "schema": {"type": "string"},
            "description": "The solution of a challenge from GET /api/v1/proof.",
        },
    ],
}


@router.post(
    "/events/{event_key}/registrations",
    status_code=201,
    response_model_exclude_none=True,
    responses=refused(403, 409, 429, 503),
    openapi_extra=_HEADERS,
)
async def register(event_key: str, body: Applicant, request: Request, response: Response) -> RegistrationOutcome:
    """Register one address. The answer is the same whether it was registered before or not; the mail tells.

    Where many come from one network without a proof of work, or with one that was used before, the address has to be
    verified first. With an editor's token it is the organiser who adds somebody: without limits, also outside the hours
    of registration, without verification, and told whether the address was registered before. Never beyond the places.
    """
    language = best_language(request.headers.get("accept-language"))
    credentials = await bearer(request)
    if credentials is not None:
        return await run_in_threadpool(_add, event_key, body, request, credentials, language)
    event_id, slug = await await_event(request.app.state.looks, event_key)
    verdict = await request.app.state.guard.admit(request, event_id, body.address, request.headers.get("altcha"))
    response.headers.update(verdict.headers)
    application = Application(
        body,
        RegistrationSource.API,
        language,
        must_verify=verdict.must_verify,
        is_suspect=verdict.is_suspect,
    )
    outcome = await admit(request.app.state.crowd, event_id, application)
    return _answer(outcome, _DETAILS[outcome.status], event_id, slug)


def _answer(outcome: Outcome, detail: str, event_id: UUID, slug: str, **more: Any) -> RegistrationOutcome:
    url = f"{get_settings().site_url}/events/{slug}"
    return RegistrationOutcome(status=outcome.status, detail=detail, event_id=event_id, event_url=url, **more)


def _add(
    event_key: str, body: Applicant, request: Request, credentials: HTTPAuthorizationCredentials, language: str
) -> RegistrationOutcome:
    """In one transaction: whoever may edit the event adds somebody."""
    with new_session() as session:
        organiser, _ = current(request, session, credentials)
        event = events.get(session, event_key)
        calendars.require_role(session, organiser, event.calendar_id, Role.EDITOR)
        application = Application(body, RegistrationSource.ORGANISER, body.language or language)
        [outcome] = register_many(session, event.id, [application])
        if outcome.refusal is not None:
            raise outcome.refusal
        if outcome.is_new:
            audit.record(session, "registration.added", by=organiser, event=event, status=str(outcome.status))
        session.commit()
        return _answer(
            outcome,
            _ADDED[outcome.status] if outcome.is_new else "The address was registered already; nothing has changed.",
            event.id,
            event.slug,
            registration_id=outcome.registration_id,
            is_new=outcome.is_new,
        )


async def admit(crowd: Crowd, event_id: UUID, application: Application) -> Outcome:
    """Through the crowd path; a refusal is raised."""
    try:
        outcome = await crowd.register(event_id, application)
    except NotFound:
        forget_events()  # The database was restored under us: the next one looks again.
        raise
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome


def _wish(
    search: Annotated[
        str | None, Query(max_length=200, description="The beginning of an address, or a part of a name.")
    ] = None,
    status: Annotated[RegistrationStatus | None, Query()] = None,
    source: Annotated[RegistrationSource | None, Query()] = None,
    is_suspect: Annotated[
        bool | None, Query(description="Only those that came as programs do, or only the others.")
    ] = None,
    audience: Annotated[str | None, Query(max_length=200, description="Empty: those who named none.")] = None,
    country: Annotated[
        str | None, Query(max_length=2, description="Two letters (ISO 3166). Empty: those who named none.")
    ] = None,
    came_from: Annotated[
        str | None, Query(max_length=100, description="What led them here. Empty: those who came directly.")
    ] = None,
    latest_first: Annotated[bool, Query()] = False,
) -> Wish:
    country = country and country.upper()
    return Wish(search or "", status, source, is_suspect, audience, country, came_from, latest_first)


@router.get("/events/{event_key}/registrations")
def list_registrations(
    event: ViewedEvent,
    session: DatabaseSession,
    sees_people: SeesPeople,
    wish: Annotated[Wish, Depends(_wish)],
    limit: paging.Limit = 50,
    after: paging.After = None,
) -> RegistrationPage:
    """In the order they were taken, or the latest first. Those who may only look search by name, not by address."""
    query = registration_lists.query(event.id, wish, with_address=sees_people)
    if after is not None:
        query = query.where(registration_lists.beyond(paging.number(after), wish))
    found = list(session.scalars(query.limit(limit + 1)))
    cursor = paging.encode(found[limit - 1].position) if len(found) > limit else None
    rows = [answers.registration_answer(one, sees_people=sees_people) for one in found[:limit]]
    return RegistrationPage(registrations=rows, next=cursor)


@router.patch("/registrations/{registration_id}", responses=refused(409))
def correct_registration(
    registration: EditedRegistration,
    body: OrganiserCorrection,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
) -> RegistrationAnswer:
    """What is left out stays. Another `address` gets the mail with the place, or with what stands for it, at once;
    409 for a cancelled registration, 422 where the address is registered already."""
    facts = RegistrationCorrection(**body.model_dump(exclude={"address"}, exclude_unset=True))
    corrected = registrations.correct(session, registration.id, facts)
    if body.address is not None and readdressing.readdress(session, corrected, body.address):
        audit.record(session, "registration.readdressed", by=organiser, event=registration.event)
    if facts.model_fields_set:
        audit.record(session, "registration.corrected", by=organiser, event=registration.event)
    return answers.registration_answer(corrected, sees_people=True)


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
    sees_people: SeesPeople,
    limit: paging.Limit = 50,
    after: paging.After = None,
    status: Annotated[MessageStatus | None, Query()] = None,
    kind: Annotated[MessageKind | None, Query()] = None,
) -> MessagePage:
    """The mails of an event with their whole life, oldest first."""
    query = select(Message).where(Message.event_id == event.id).order_by(Message.id)
    if status is not None:
        query = query.where(Message.status == status)
    if kind is not None:
        query = query.where(Message.kind == kind)
    if after is not None:
        query = query.where(Message.id > paging.identifier(after))
    recipients = (joinedload(one) for one in (Message.registration, Message.invitation, Message.speaker))
    found = list(session.scalars(query.options(*recipients).limit(limit + 1)))
    cursor = paging.encode(found[limit - 1].id) if len(found) > limit else None
    rows = [answers.message_answer(one, sees_people=sees_people) for one in found[:limit]]
    return MessagePage(messages=rows, next=cursor)
