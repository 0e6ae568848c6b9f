"""The team of a calendar: who works on it, with which role. It never loses its last owner."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from shared import calendars, organisers, password_links
from shared.errors import NotFound, StateConflict
from shared.models import Calendar, Membership, Organiser, Role


class Member(NamedTuple):
    organiser: Organiser
    role: Role


def members(session: Session, calendar: Calendar) -> list[Member]:
    """By name. Operators who have no role of their own here are not among them."""
    query = (
        select(Organiser, Membership.role)
        .join(Membership, Membership.organiser_id == Organiser.id)
        .where(Membership.calendar_id == calendar.id)
    )
    return [
        Member(organiser, Role(role))
        for organiser, role in session.execute(query.order_by(func.lower(Organiser.name), Organiser.id))
    ]


def add(session: Session, calendar: Calendar, *, address: str, name: str, role: Role, by: Organiser) -> Member:
    """Give somebody a role; whoever has never signed in is sent the link to choose a password.

    Raises StateConflict for who is there already, NotAllowed where `by` is no owner (any more).
    """
    _lock(session, calendar)
    _require_owner(session, calendar, by)
    organiser = organisers.find_or_add(session, address=address, name=name)
    if session.get(Membership, (organiser.id, calendar.id)) is not None:
        raise StateConflict(f"{organiser.name} works on this calendar already. Change the role in the list instead.")
    session.add(Membership(organiser_id=organiser.id, calendar_id=calendar.id, role=role))
    session.flush()
    if not organisers.can_sign_in(organiser):
        password_links.send(session, organiser, by=by, calendar=calendar)
    return Member(organiser, role)


def change_role(session: Session, calendar: Calendar, organiser_id: UUID, role: Role, *, by: Organiser) -> Member:
    """Raises NotFound, StateConflict for the last owner, or NotAllowed where `by` is no owner (any more)."""
    _lock(session, calendar)
    _require_owner(session, calendar, by)
    organiser, membership = _find(session, calendar, organiser_id)
    if role != Role.OWNER:
        _require_another_owner(session, calendar, membership)
    membership.role = role
    session.flush()
    return Member(organiser, role)


def remove(session: Session, calendar: Calendar, organiser_id: UUID, *, by: Organiser) -> Organiser:
    """Take somebody's role, or leave. Their other calendars stay theirs.

    Raises NotFound, StateConflict for the last owner, or NotAllowed where `by` is no owner (any more) and stays.
    """
    _lock(session, calendar)
    if organiser_id != by.id:
        _require_owner(session, calendar, by)
    organiser, membership = _find(session, calendar, organiser_id)
    _require_another_owner(session, calendar, membership)
    of_it = Membership.organiser_id == organiser_id, Membership.calendar_id == calendar.id
    session.execute(delete(Membership).where(*of_it))
    return organiser


def _lock(session: Session, calendar: Calendar) -> None:
    """Two owners who lower each other come one after the other. Events may refer to the calendar meanwhile."""
    session.execute(select(Calendar.id).where(Calendar.id == calendar.id).with_for_update(key_share=True))


def _require_owner(session: Session, calendar: Calendar, by: Organiser) -> None:
    """Asked once the calendar is held: whoever was an owner when the request came may have been lowered since."""
    session.get(Membership, (by.id, calendar.id), populate_existing=True)
    calendars.require_role(session, by, calendar.id, Role.OWNER)


def _find(session: Session, calendar: Calendar, organiser_id: UUID) -> tuple[Organiser, Membership]:
    membership = session.get(Membership, (organiser_id, calendar.id), populate_existing=True)
    if membership is None:
        raise NotFound("Nobody of this kind works on the calendar. Load the list again.")
    return session.get_one(Organiser, organiser_id), membership


def _require_another_owner(session: Session, calendar: Calendar, membership: Membership) -> None:
    owners = select(func.count()).where(Membership.calendar_id == calendar.id, Membership.role == Role.OWNER)
    if membership.role == Role.OWNER and session.scalar(owners) == 1:
        raise StateConflict("A calendar needs an owner, and this is its only one. Make somebody else an owner first.")
