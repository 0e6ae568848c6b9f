"""Who is asking, and whether they may: bearer tokens and the role on the calendar."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.api.database import DatabaseSession
from shared import calendars, events, invitations, organisers, registrations
from shared.errors import NotAllowed, NotSignedIn
from shared.models import ApiToken, Calendar, Event, Invitation, Organiser, Registration, Role, TokenScope

bearer = HTTPBearer(auto_error=False, description="A session token (POST /api/v1/sessions) or an API token.")
READING = {"GET", "HEAD", "OPTIONS"}

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def current(request: Request, session: DatabaseSession, credentials: Credentials) -> tuple[Organiser, ApiToken]:
    """Whom the token speaks for. Raises NotSignedIn without a valid one, NotAllowed where it may only read."""
    if credentials is None:
        raise NotSignedIn("This needs a token. Sign in (POST /api/v1/sessions) and send Authorization: Bearer TOKEN.")
    organiser, token = organisers.who(session, credentials.credentials)
    if token.scope == TokenScope.READ and request.method not in READING:
        raise NotAllowed("This token may only read. Use one with the scope write.")
    organisers.note_use(session, token)
    return organiser, token


Current = Annotated[tuple[Organiser, ApiToken], Depends(current, scope="function")]


def current_organiser(found: Current) -> Organiser:
    return found[0]


CurrentOrganiser = Annotated[Organiser, Depends(current_organiser, scope="function")]


def optional_organiser(request: Request, session: DatabaseSession, credentials: Credentials) -> Organiser | None:
    """For routes that everyone may read and organisers see more of. A wrong token is an error, not a visitor."""
    return current(request, session, credentials)[0] if credentials else None


OptionalOrganiser = Annotated[Organiser | None, Depends(optional_organiser, scope="function")]


def operating(organiser: CurrentOrganiser) -> Organiser:
    """Who runs the installation. Raises NotAllowed for everybody else."""
    if not organiser.is_operator:
        raise NotAllowed("This is for operators of the installation. Ask one of them.")
    return organiser


Operating = Annotated[Organiser, Depends(operating, scope="function")]


class RoleOnPath:
    """What the path names, for those with at least this role on its calendar."""

    def __init__(self, least: Role) -> None:
        self.least = least


class _EventFor(RoleOnPath):
    def __call__(self, event_key: str, session: DatabaseSession, organiser: CurrentOrganiser) -> Event:
        event = events.get(session, event_key)
        calendars.require_role(session, organiser, event.calendar_id, self.least)
        return event


class _RegistrationFor(RoleOnPath):
    def __call__(self, registration_id: UUID, session: DatabaseSession, organiser: CurrentOrganiser) -> Registration:
        registration = registrations.get(session, registration_id)
        calendars.require_role(session, organiser, registration.event.calendar_id, self.least)
        return registration


class _InvitationFor(RoleOnPath):
    def __call__(self, invitation_id: UUID, session: DatabaseSession, organiser: CurrentOrganiser) -> Invitation:
        invitation = invitations.get(session, invitation_id)
        calendars.require_role(session, organiser, invitation.event.calendar_id, self.least)
        return invitation


class _CalendarFor(RoleOnPath):
    def __call__(self, calendar_key: str, session: DatabaseSession, organiser: CurrentOrganiser) -> Calendar:
        calendar = calendars.get(session, calendar_key)
        calendars.require_role(session, organiser, calendar.id, self.least)
        return calendar


SeenCalendar = Annotated[Calendar, Depends(_CalendarFor(Role.VIEWER), scope="function")]
EditedCalendar = Annotated[Calendar, Depends(_CalendarFor(Role.EDITOR), scope="function")]
OwnedCalendar = Annotated[Calendar, Depends(_CalendarFor(Role.OWNER), scope="function")]
ViewedEvent = Annotated[Event, Depends(_EventFor(Role.VIEWER), scope="function")]
EditedEvent = Annotated[Event, Depends(_EventFor(Role.EDITOR), scope="function")]
EditedRegistration = Annotated[Registration, Depends(_RegistrationFor(Role.EDITOR), scope="function")]
ViewedRegistration = Annotated[Registration, Depends(_RegistrationFor(Role.VIEWER), scope="function")]

EditedInvitation = Annotated[Invitation, Depends(_InvitationFor(Role.EDITOR), scope="function")]


def sees_people(event: ViewedEvent, session: DatabaseSession, organiser: CurrentOrganiser) -> bool:
    """Whether the caller may see how to reach registrants, and what they wrote: more than a viewer does."""
    return calendars.role_of(session, organiser, event.calendar_id) != Role.VIEWER


SeesPeople = Annotated[bool, Depends(sees_people, scope="function")]
