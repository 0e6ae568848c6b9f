"""What somebody agrees to who registers over the API: to be shown before, in the language that is asked for."""

from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel

from services.api.database import DatabaseSession
from shared import consents, events
from shared.translations import best_language

router = APIRouter(tags=["registrations"])


class ConsentAnswer(BaseModel):
    """The text that is kept with a registration which is sent with the same Accept-Language."""

    version: str
    language: str
    text: str


@router.get("/events/{event_key}/consent")
def read_consent(
    event_key: str,
    response: Response,
    session: DatabaseSession,
    accept_language: Annotated[str | None, Header()] = None,
) -> ConsentAnswer:
    """Show it to the person before sending `consent: true` for them. It changes with the days that data is kept."""
    language = best_language(accept_language)
    text = consents.consent_text(events.get_public(session, event_key), language)
    response.headers.update({"Vary": "Accept-Language", "Content-Language": language})
    return ConsentAnswer(version=consents.version_of(text), language=language, text=text)
