"""The live numbers of an event, for those who work on it."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from services.api.auth import ViewedEvent
from services.api.database import DatabaseSession
from shared import stats
from shared.schemas.stats import Stats

router = APIRouter(tags=["stats"])


@router.get("/events/{event_key}/stats", response_model=Stats, responses={304: {"description": "As you have it."}})
def read_stats(
    event: ViewedEvent, session: DatabaseSession, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """One snapshot for one screen: registrations, places, curve, audiences, countries, cities, sources, latest, mail.

    Send its ETag as If-None-Match: 304 where nothing has changed. What time alone changes is seen within ten seconds.
    """
    seen = stats.look(session, event)
    headers = {"ETag": f'"{seen.edition}"', "Cache-Control": "private, no-cache"}
    if headers["ETag"] in (if_none_match or ""):
        return Response(status_code=304, headers=headers)
    # Written here: FastAPI would check the answer once more, which costs as much as everything else.
    content = stats.snapshot(session, event, seen).model_dump_json()
    return Response(content, headers=headers, media_type="application/json")
