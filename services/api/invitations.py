"""Invitations over HTTP: a list in any form is sorted out and invited; organisers see what becomes of it."""

from email.message import Message as MailHeaders
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.api import paging
from services.api.auth import CurrentOrganiser, EditedEvent, EditedInvitation, SeesPeople, ViewedEvent
from services.api.database import DatabaseSession
from services.api.idempotency import RawBody
from services.api.openapi import refused
from shared import audit, invitations
from shared.addresses import recognise, recognise_file
from shared.admission import require_open
from shared.invitations import listing
from shared.invitations.listing import Wish
from shared.models import Invitation, InvitationStatus
from shared.registration_tables.exporting import XLSX_TYPE
from shared.schemas.fields import LanguageCode
from shared.schemas.invitations import InvitationPage, InvitationReport, InvitationRequest, NudgeAnswer

router = APIRouter(tags=["invitations"])

_EXAMPLE = "Name,E-mail\nAda Lovelace,ada@example.org\n"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": InvitationRequest.model_json_schema()},
            "text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE},
            XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post("/events/{event_key}/invitations", openapi_extra=_BODY, responses=refused(409, 415))
def invite_people(
    event: EditedEvent,
    organiser: CurrentOrganiser,
    session: DatabaseSession,
    request: Request,
    content: RawBody,
    is_trial: Annotated[bool, Query(description="With a file: only say what would happen.")] = False,
    language: Annotated[LanguageCode | None, Query(description="With a file: what they are written to in.")] = None,
) -> InvitationReport:
    """Invite everybody in a text (JSON), or in a file: CSV, XLSX, vCard, or any text. Doing it again is harmless.

    Those who are invited or registered already, or want no mail, are left out and counted. The mails leave by
    themselves, as many a day as the event allows.
    """
    kind = _headers(request.headers.get("content-type", "application/json"))
    if kind.get_content_type() == "application/json":
        body = _read(content)
        found, language, is_trial = recognise(body.text), body.language, body.is_trial
    else:
        found = recognise_file(content, encoding=kind.get_content_charset())
    return invitations.invite(session, event, found, language=language, by=organiser, is_trial=is_trial)


def _headers(content_type: str) -> MailHeaders:
    headers = MailHeaders()
    headers["Content-Type"] = " ".join(content_type.split())
    return headers


def _read(content: bytes) -> InvitationRequest:
    try:
        return InvitationRequest.model_validate_json(content)
    except ValidationError as found:
        errors = found.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([error | {"loc": ("body", *error["loc"])} for error in errors]) from None


def _wish(
    search: Annotated[
        str | None, Query(max_length=200, description="The beginning of an address, or a part of a name.")
    ] = None,
    status: Annotated[InvitationStatus | None, Query(description="All but the withdrawn, where left out.")] = None,
) -> Wish:
    return Wish(search or "", status)


@router.get("/events/{event_key}/invitations")
def list_invitations(
    event: ViewedEvent,
    session: DatabaseSession,
    sees_people: SeesPeople,
    wish: Annotated[Wish, Depends(_wish)],
    limit: paging.Limit = 50,
    after: paging.After = None,
) -> InvitationPage:
    """In the order they were invited. Those who may only look see no addresses, and search by name only."""
    query = listing.query(event.id, wish, with_address=sees_people)
    if after is not None:
        query = query.where(Invitation.id > paging.identifier(after))
    found = list(session.scalars(query.limit(limit + 1)))
    return InvitationPage(
        counts=listing.counts(session, event),
        invitations=listing.answers(session, found[:limit], with_address=sees_people),
        next=paging.encode(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post("/events/{event_key}/invitations/nudge", responses=refused(409))
def nudge(event: EditedEvent, organiser: CurrentOrganiser, session: DatabaseSession) -> NudgeAnswer:
    """Ask once more those who were invited three days ago or earlier and have not answered; each twice at most.

    These mails count in the daily limit, and leave after the first invitations.
    """
    require_open(event)
    count = invitations.nudge(session, event)
    if count:
        audit.record(session, "invitations.nudged", by=organiser, event=event, count=count)
    return NudgeAnswer(count=count)


@router.delete("/invitations/{invitation_id}", status_code=204, responses=refused(409))
def withdraw(invitation: EditedInvitation, session: DatabaseSession, organiser: CurrentOrganiser) -> None:
    """Take an invitation back: its mail does not leave any more, and its link leads nowhere."""
    event = invitation.event
    invitations.withdraw(session, invitation.id)
    audit.record(session, "invitation.withdrawn", by=organiser, event=event)
