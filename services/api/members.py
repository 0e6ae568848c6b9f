"""Who works on a calendar, with which role; and calendars that are made."""

from uuid import UUID

from fastapi import APIRouter

from services.api.abuse import rate_limits
from services.api.auth import CurrentOrganiser, OwnedCalendar, SeenCalendar
from services.api.database import DatabaseSession
from services.api.openapi import refused
from shared import answers, audit, calendars, organisers, password_links, team
from shared.errors import NotAllowed, NotFound
from shared.models import Calendar, Organiser, Role
from shared.schemas.sessions import CalendarRole
from shared.schemas.team import CalendarCreation, MemberAnswer, MemberChange, MemberCreation, MemberPage
from shared.team import Member

router = APIRouter(tags=["team"])


@router.post("/calendars", status_code=201)
def create_calendar(body: CalendarCreation, session: DatabaseSession, organiser: CurrentOrganiser) -> CalendarRole:
    """For operators, and for whoever owns a calendar already. Its maker is its owner."""
    if not calendars.may_create(session, organiser):
        raise NotAllowed("Only operators and owners of a calendar make new ones. Ask one of them.")
    calendar = calendars.create(session, **body.model_dump())
    calendars.grant(session, organiser, calendar, Role.OWNER)
    audit.record(session, "calendar.created", by=organiser, calendar_id=calendar.id)
    return CalendarRole(**answers.calendar_summary(calendar).model_dump(), role=Role.OWNER)


@router.get("/calendars/{calendar_key}/members")
def list_members(calendar: SeenCalendar, session: DatabaseSession, organiser: CurrentOrganiser) -> MemberPage:
    """By name. Their addresses are for owners. Operators without a role of their own are not among them."""
    is_owner = calendars.role_of(session, organiser, calendar.id) == Role.OWNER
    return MemberPage(
        members=[_answer(member, organiser, is_owner=is_owner) for member in team.members(session, calendar)]
    )


@router.post("/calendars/{calendar_key}/members", status_code=201, responses=refused(409, 429))
def add_member(
    calendar: OwnedCalendar, body: MemberCreation, session: DatabaseSession, organiser: CurrentOrganiser
) -> MemberAnswer:
    """Who has never signed in is sent a link to choose a password."""
    rate_limits.count(rate_limits.MEMBERS_PER_ORGANISER, str(organiser.id))
    role = Role(body.role)
    member = team.add(session, calendar, address=body.address, name=body.name, role=role, by=organiser)
    _record(session, "member.added", organiser, calendar, member)
    return _answer(member, organiser, is_owner=True)


@router.patch("/calendars/{calendar_key}/members/{organiser_id}", responses=refused(409))
def change_member(
    calendar: OwnedCalendar,
    organiser_id: UUID,
    body: MemberChange,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
) -> MemberAnswer:
    """Takes effect at once. 409 for the only owner."""
    member = team.change_role(session, calendar, organiser_id, Role(body.role), by=organiser)
    _record(session, "member.role_changed", organiser, calendar, member)
    return _answer(member, organiser, is_owner=True)


@router.delete("/calendars/{calendar_key}/members/{organiser_id}", status_code=204, responses=refused(409))
def remove_member(
    calendar: SeenCalendar, organiser_id: UUID, session: DatabaseSession, organiser: CurrentOrganiser
) -> None:
    """For owners, and for whoever leaves. 409 for the only owner."""
    removed = team.remove(session, calendar, organiser_id, by=organiser)
    audit.record(session, "member.removed", by=organiser, calendar_id=calendar.id, member=str(removed.id))


@router.post("/calendars/{calendar_key}/members/{organiser_id}/password-link", status_code=202, responses=refused(429))
def send_password_link(
    calendar: OwnedCalendar, organiser_id: UUID, session: DatabaseSession, organiser: CurrentOrganiser
) -> None:
    """The link to choose a password once more, to who has not signed in yet; it leaves once an hour at most."""
    rate_limits.count(rate_limits.MEMBERS_PER_ORGANISER, str(organiser.id))
    found = next((one for one in team.members(session, calendar) if one.organiser.id == organiser_id), None)
    if found is None:
        raise NotFound("Nobody of this kind works on the calendar. Load the list again.")
    password_links.send(session, found.organiser, by=organiser, calendar=calendar)


def _record(session: DatabaseSession, action: str, organiser: Organiser, calendar: Calendar, member: Member) -> None:
    who, role = str(member.organiser.id), str(member.role)
    audit.record(session, action, by=organiser, calendar_id=calendar.id, member=who, role=role)


def _answer(member: Member, asking: Organiser, *, is_owner: bool) -> MemberAnswer:
    return MemberAnswer(
        organiser_id=member.organiser.id,
        name=member.organiser.name,
        address=member.organiser.address if is_owner else None,
        role=member.role.value,
        is_you=member.organiser.id == asking.id,
        has_signed_in=organisers.can_sign_in(member.organiser),
    )
