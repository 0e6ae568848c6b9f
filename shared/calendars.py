"""Calendars: finding them, creating them, and who may do what with them."""

import re
import unicodedata
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.errors import NotAllowed, NotFound
from shared.models import Calendar, Membership, Organiser, Role
from shared.timezones import require_zone

_SLUG = re.compile(r"[a-z0-9-]{1,100}")
_MAY = {
    Role.VIEWER: {Role.VIEWER, Role.EDITOR, Role.OWNER},
    Role.EDITOR: {Role.EDITOR, Role.OWNER},
    Role.OWNER: {Role.OWNER},
}


def slug_of(text: str, *, fallback: str) -> str:
    """Lower-case ASCII letters, digits and hyphens, as far as the text has them; at most 60 characters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return slug or fallback


def is_slug(key: str) -> bool:
    return _SLUG.fullmatch(key) is not None


def get(session: Session, key: str) -> Calendar:
    """By slug or id. Raises NotFound."""
    calendar = session.scalar(select(Calendar).where(Calendar.slug == key)) if is_slug(key) else None
    if calendar is None:
        try:
            calendar = session.get(Calendar, UUID(key))
        except ValueError:
            calendar = None
    if calendar is None:
        raise NotFound("There is no such calendar. See the first page for those there are, GET /api/v1/me for yours.")
    return calendar


def create(
    session: Session, *, title: str, organisation: str | None = None, time_zone: str = "UTC", language: str = "en"
) -> Calendar:
    """A new calendar with a slug of its own. Raises UnknownTimeZone."""
    facts = {
        "title": title,
        "organisation": organisation or title,
        "time_zone": require_zone(time_zone),
        "language": language,
    }
    calendar: Calendar | None = None
    while calendar is None:
        # Somebody may take the slug in this instant; then the next one is free.
        new = insert(Calendar).values(slug=_free_slug(session, title), **facts)
        calendar = session.scalar(new.on_conflict_do_nothing().returning(Calendar))
    return calendar


def _free_slug(session: Session, title: str) -> str:
    slug = slug_of(title, fallback="calendar")
    taken = set(session.scalars(select(Calendar.slug).where(Calendar.slug.startswith(slug))))
    return next(name for name in [slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))] if name not in taken)


def role_of(session: Session, organiser: Organiser, calendar_id: UUID) -> Role | None:
    membership = session.get(Membership, (organiser.id, calendar_id))
    if membership is not None:
        return Role(membership.role)
    return Role.OWNER if organiser.is_operator else None


def require_role(session: Session, organiser: Organiser, calendar_id: UUID, least: Role) -> None:
    """Raise NotFound to whom the calendar's work is none of their business, NotAllowed where the role is too small."""
    role = role_of(session, organiser, calendar_id)
    if role is None:
        raise NotFound("There is no such event among yours. Ask its owner for a role on the calendar.")
    if role not in _MAY[least]:
        raise NotAllowed(f"This needs the role {least}; yours is {role}. Ask an owner of the calendar.")


def memberships(session: Session, organiser: Organiser) -> list[tuple[Calendar, Role]]:
    """The calendars an organiser works on, with the role; an operator works on all."""
    mine = select(Membership).where(Membership.organiser_id == organiser.id)
    roles = {membership.calendar_id: membership.role for membership in session.scalars(mine)}
    query = select(Calendar).order_by(Calendar.title)
    if not organiser.is_operator:
        query = query.where(Calendar.id.in_(roles))
    return [(calendar, Role(roles.get(calendar.id, Role.OWNER))) for calendar in session.scalars(query)]


def grant(session: Session, organiser: Organiser, calendar: Calendar, role: Role) -> None:
    session.merge(Membership(organiser_id=organiser.id, calendar_id=calendar.id, role=role))
    session.flush()


def for_import(session: Session, organiser: Organiser, *, key: str | None, named: str | None) -> Calendar:
    """The calendar of an imported event: the one asked for, else the one the text names, else the only one there is.

    A name that no calendar of the organiser has makes a new one, where the organiser may make one. Raises NotAllowed
    or NotFound.
    """
    if key is not None:
        calendar = get(session, key)
        require_role(session, organiser, calendar.id, Role.EDITOR)
        return calendar
    mine = [calendar for calendar, role in memberships(session, organiser) if role in _MAY[Role.EDITOR]]
    by_name = [calendar for calendar in mine if named and calendar.title.casefold() == named.casefold()]
    if by_name or (len(mine) == 1 and named is None):
        return (by_name or mine)[0]
    if named is None or not may_create(session, organiser):
        raise NotAllowed("Say which calendar the event belongs to (?calendar=slug): see GET /api/v1/me for yours.")
    calendar = create(session, title=named, time_zone=mine[0].time_zone if mine else "UTC")
    grant(session, organiser, calendar, Role.OWNER)
    return calendar


def may_create(session: Session, organiser: Organiser) -> bool:
    """Operators may, and whoever owns a calendar already."""
    owned = select(func.count()).where(Membership.organiser_id == organiser.id, Membership.role == Role.OWNER)
    return organiser.is_operator or bool(session.scalar(owned))
