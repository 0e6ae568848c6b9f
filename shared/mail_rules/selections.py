"""Whom a rule is for: the organiser's selection, checked when it is made and asked of the database when it counts."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from shared import tallies
from shared.errors import InvalidInput
from shared.mail_rules.moments import TO_REGISTERED
from shared.models import (
    Event,
    EventTally,
    Invitation,
    InvitationStatus,
    MessageKind,
    Registration,
    RegistrationStatus,
    ReminderRule,
    Speaker,
)
from shared.schemas.mail import Selection

# They say that the reader has a place, or had one.
_TO_HOLDERS = {MessageKind.REMINDER, MessageKind.FOLLOW_UP}
_OF_REGISTERED = ("statuses", "audiences", "countries", "attendance", "participations")
_CONFIRMED = [RegistrationStatus.CONFIRMED.value]


def selection_of(rule: ReminderRule) -> Selection:
    return Selection.model_validate(rule.selection)


def checked(session: Session, event: Event, kind: str, selection: Selection) -> dict[str, Any]:
    """As it is stored. Raises InvalidInput naming the field of what does not fit the kind, or is not of this event."""
    wrong: dict[str, str] = {}
    given = selection.model_dump(exclude_defaults=True)
    if kind not in TO_REGISTERED:
        fitting = {"languages"} if kind == MessageKind.NUDGE else set()
        who = "invitations" if kind == MessageKind.NUDGE else "speakers"
        wrong |= {f"selection.{name}": f"does not apply to {who}; leave it out" for name in given.keys() - fitting}
    elif kind in _TO_HOLDERS and set(given.get("statuses", _CONFIRMED)) != set(_CONFIRMED):
        wrong["selection.statuses"] = f"a {kind} is for people with a place; write a notice to the others"
    if selection.audiences:
        given["audiences"], unknown = _audiences(session, event, selection.audiences)
        wrong |= {"selection.audiences": _unknown(event, unknown)} if unknown else {}
    if wrong:
        raise InvalidInput("The rule cannot choose people like this: see the fields.", fields=wrong)
    return given


def _audiences(session: Session, event: Event, wanted: Iterable[str]) -> tuple[list[str], list[str]]:
    """In the event's spelling, and those it does not know. What people chose before the list changed still counts."""
    counted = (
        select(EventTally.value)
        .distinct()
        .where(EventTally.event_id == event.id, EventTally.dimension == "audience", EventTally.value != tallies.NONE)
    )
    names = [*session.scalars(counted), *event.audiences]
    known = {name.casefold(): name for name in names}
    found = [known[one.casefold()] for one in wanted if one.casefold() in known]
    return list(dict.fromkeys(found)), [one for one in wanted if one.casefold() not in known]


def _unknown(event: Event, unknown: Collection[str]) -> str:
    fact = f"this event has no audience {', '.join(f'“{name}”' for name in unknown)}"
    return f"{fact}; it has: {', '.join(event.audiences)}" if event.audiences else f"{fact}, and names none"


def registered(event: Event, rule: ReminderRule, *, with_attendance: bool = True) -> list[ColumnElement[bool]]:
    """Conditions on Registration: who the rule is for, at this moment.

    `with_attendance` False: as if it were not known yet who comes.
    """
    return [Registration.event_id == event.id, *chosen(event, rule, with_attendance=with_attendance)]


def chosen(event: Event, rule: ReminderRule, *, with_attendance: bool = True) -> list[ColumnElement[bool]]:
    """The same of a registration that is known to be of this event."""
    wanted = selection_of(rule)
    found: list[ColumnElement[bool]] = [Registration.status.in_(wanted.statuses or _CONFIRMED)]
    if wanted.audiences:
        found.append(Registration.audience.in_(wanted.audiences))
    if wanted.countries:
        found.append(Registration.country.in_(wanted.countries))
    if wanted.languages:
        found.append(Registration.language.in_(wanted.languages))
    if wanted.participations:
        found.append(_answered(wanted.participations))
    if wanted.attendance and with_attendance:
        found.append(_came(event, rule, has_come=wanted.attendance == "attended"))
    return found


def _answered(participations: Collection[str]) -> ColumnElement[bool]:
    said = func.lower(Registration.participation).in_([one for one in participations if one != "none"])
    return or_(said, Registration.participation.is_(None)) if "none" in participations else said


def _came(event: Event, rule: ReminderRule, *, has_come: bool) -> ColumnElement[bool]:
    """Nobody, before the start: an event that has moved must not tell everybody that they were missed."""
    if _is_early(event, rule):
        return false()
    came = Registration.joined_at.is_not(None) if has_come else Registration.joined_at.is_(None)
    return and_(came, _attendance_says_something(event))


def _is_early(event: Event, rule: ReminderRule) -> bool:
    return event.starts_at is None or rule.due_at is None or rule.due_at < event.starts_at


def _attendance_says_something(event: Event) -> ColumnElement[bool]:
    """Not where people come to a place, or by a link that is none of ours."""
    if not event.is_online or event.room_url is not None:
        return literal(event.is_online)
    other = aliased(Registration)
    return exists().where(other.event_id == event.id, other.joined_at.is_not(None))


def knows_attendance(session: Session, event: Event) -> bool:
    return bool(session.scalar(select(_attendance_says_something(event))))


def invited(event: Event, rule: ReminderRule) -> list[ColumnElement[bool]]:
    """Conditions on Invitation: who has been asked, may be reached, and has not answered."""
    wanted = selection_of(rule)
    return [
        Invitation.event_id == event.id,
        Invitation.status == InvitationStatus.PENDING,
        Invitation.posted_at.is_not(None),
        Invitation.undelivered_at.is_(None),
        *([Invitation.language.in_(wanted.languages)] if wanted.languages else []),
    ]


def count(session: Session, event: Event, rule: ReminderRule) -> int:
    """How many it would reach now, those who want no such mail included."""
    query = select(func.count())
    if rule.kind == MessageKind.CALL_SHEET:
        query = query.select_from(Speaker).where(Speaker.event_id == event.id)
    elif rule.kind == MessageKind.NUDGE:
        query = query.select_from(Invitation).where(*invited(event, rule))
    else:
        query = query.select_from(Registration).where(*registered(event, rule))
    return session.scalar(query) or 0


def counts(session: Session, event: Event, rules: Iterable[ReminderRule]) -> dict[UUID, int]:
    """The same for several; those who choose alike are counted once."""
    found: dict[tuple[bool, str, str], int] = {}
    by_rule: dict[UUID, int] = {}
    for rule in rules:
        wanted = selection_of(rule)
        group = "registered" if rule.kind in TO_REGISTERED else rule.kind
        # What attendance selects depends on when the rule is due.
        key = (bool(wanted.attendance) and _is_early(event, rule), group, wanted.model_dump_json())
        if key not in found:
            found[key] = count(session, event, rule)
        by_rule[rule.id] = found[key]
    return by_rule
