"""Waiting lists that could advance: events with free places and people who wait."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shared import clock
from shared.models import Event, EventPlaces, EventState


def with_free_places(session: Session) -> Sequence[UUID]:
    """Ids of coming events where someone waits although a place is free."""
    taken = EventPlaces.confirmed + EventPlaces.pending
    query = (
        select(EventPlaces.event_id)
        .join(Event, Event.id == EventPlaces.event_id)
        .where(
            EventPlaces.waitlisted > 0,
            or_(EventPlaces.places.is_(None), taken < EventPlaces.places),
            Event.state == EventState.PUBLISHED,
            Event.starts_at > clock.now(),
        )
    )
    return session.scalars(query).all()
