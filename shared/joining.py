"""Joining: when a personal join link leads into the room, where that is, and the note that somebody came.

A press writes to the row of the registration and then to two rows of the tallies that nothing else writes to, always in
the same order, each press in a transaction of its own, and takes no lock of the event: presses never wait crosswise,
neither for each other nor for somebody who edits the event.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import HttpUrl, ValidationError
from sqlalchemy import update
from sqlalchemy.orm import Session

from shared import clock, reachability, tallies
from shared.mail.views import url_within
from shared.models import Event, EventState, Registration, RegistrationStatus

# Meetings run over, and a connection that broke is to be made again. Nobody is counted any more.
OVERRUN = timedelta(minutes=30)


class Standing(StrEnum):
    """What stands between a person and the room; `open`: nothing."""

    OPEN = "open"
    OVERRUN = "overrun"
    EARLY = "early"
    NO_ROOM = "no-room"
    OVER = "over"
    ON_SITE = "on-site"
    # The event was called off, or has no date.
    CALLED_OFF = "called-off"
    # The registration gives no place, or not yet.
    PENDING = "pending"
    OFFERED = "offered"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Door:
    """`opens_at` is None while the event has no date; `room` unless the person may enter now."""

    standing: Standing
    opens_at: datetime | None
    room: str | None


def door(event: Event, status: str) -> Door:
    """How things stand at this moment for somebody whose registration has this status."""
    opens_at = event.starts_at - timedelta(minutes=event.room_opens_minutes) if event.starts_at else None
    standing = _standing(event, status, opens_at)
    if standing not in {Standing.OPEN, Standing.OVERRUN}:
        return Door(standing, opens_at, None)
    room = room_of(event)
    if room is not None:
        return Door(standing, opens_at, room)
    return Door(Standing.NO_ROOM if standing is Standing.OPEN else Standing.OVER, opens_at, None)


def _standing(event: Event, status: str, opens_at: datetime | None) -> Standing:
    if event.state != EventState.PUBLISHED or opens_at is None or event.ends_at is None:
        return Standing.CALLED_OFF
    now = clock.now()
    if now >= event.ends_at + OVERRUN:
        return Standing.OVER
    if status != RegistrationStatus.CONFIRMED:
        return Standing(status) if now < event.ends_at else Standing.OVER
    if not event.is_online:
        return Standing.ON_SITE if now < event.ends_at else Standing.OVER
    if now < opens_at:
        return Standing.EARLY
    return Standing.OPEN if now < event.ends_at else Standing.OVERRUN


def room_of(event: Event) -> str | None:
    """Where the event takes place online: the room, or else a link in its location. None while neither is named."""
    for candidate in (event.room_url, url_within(event.location or "")):
        found = _web_address(candidate) if candidate else None
        if found is not None:
            return found
    return None


def _web_address(text: str) -> str | None:
    """As browsers read it (WHATWG URL), in ASCII; None for anything but http and https."""
    try:
        return str(HttpUrl(text))
    except ValidationError:
        return None


def enter(session: Session, registration: Registration) -> Door:
    """Somebody presses the button: their link works. Where the room is open, their coming is noted, once."""
    found = door(registration.event, registration.status)
    if registration.undelivered_at is not None:
        reachability.mark_reached(session, registration)
    if found.standing is Standing.OPEN:
        _note(session, registration.id)
    return found


def _note(session: Session, registration_id: UUID) -> None:
    """The database decides who is first: the same person may press in two windows in one instant."""
    now = clock.now()
    first = (
        update(Registration)
        .where(
            Registration.id == registration_id,
            Registration.joined_at.is_(None),
            Registration.status == RegistrationStatus.CONFIRMED,
        )
        .values(joined_at=now)
        .returning(Registration.event_id, Registration.audience, Registration.came_from)
    )
    row = session.execute(first, execution_options={"synchronize_session": False}).one_or_none()
    if row is not None:
        tallies.add(session, row.event_id, tallies.joined(now, row.audience, row.came_from))
