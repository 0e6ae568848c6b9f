"""The live numbers of an event, for those who work on it."""

from fastapi import APIRouter

from services.api.auth import ViewedEvent
from services.api.database import DatabaseSession
from shared import stats
from shared.schemas.stats import Stats

router = APIRouter(tags=["stats"])


@router.get("/events/{event_key}/stats")
def read_stats(event: ViewedEvent, session: DatabaseSession) -> Stats:
    """One snapshot for one screen: registrations, places, curve, audiences, countries, latest, mail."""
    return stats.snapshot(session, event)
