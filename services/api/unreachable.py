"""Whom the mail of an event does not reach, for those who can correct an address or call."""

from fastapi import APIRouter

from services.api import paging
from services.api.auth import SeesPeople, ViewedEvent
from services.api.database import DatabaseSession
from shared import reachability
from shared.reachability import Unreachable
from shared.schemas.mail import UnreachablePage, UnreachablePerson

router = APIRouter(tags=["mail"])


@router.get("/events/{event_key}/unreachable")
def list_unreachable(
    event: ViewedEvent,
    session: DatabaseSession,
    sees_people: SeesPeople,
    limit: paging.Limit = 50,
    after: paging.After = None,
) -> UnreachablePage:
    """People with a place and no working join link, in the order they registered: mail to them was refused or has
    bounced, or nothing with a link has left although the event begins within the hour."""
    position = paging.number(after) if after is not None else 0
    found = reachability.people(session, event, position, limit + 1)
    cursor = paging.encode(found[limit - 1].registration.position) if len(found) > limit else None
    return UnreachablePage(people=[_person(one, sees_people=sees_people) for one in found[:limit]], next=cursor)


def _person(found: Unreachable, *, sees_people: bool) -> UnreachablePerson:
    return UnreachablePerson(
        registration_id=found.registration.id,
        name=found.registration.name,
        address=found.registration.address if sees_people else None,
        since=found.since,
        reason=found.reason if sees_people else None,
    )
