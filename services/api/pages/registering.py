"""Registering on an event's page: the form comes in, goes through the crowd path, and a page says what follows."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.api.database import DatabaseSession
from services.api.pages.event_view import EventView
from services.api.pages.events import event_page
from services.api.pages.forms import Form, check, message, read_form
from services.api.pages.reader import CurrentReader, Reader
from services.api.pages.rendering import READING, page
from services.api.registrations import admit, find_event
from shared import events
from shared.admission import Application
from shared.database import new_session
from shared.errors import InvalidInput, RegistrationClosed
from shared.models import RegistrationSource
from shared.schemas.registrations import Applicant
from shared.settings import get_settings

router = APIRouter()


@router.post("/events/{event_key}/register")
async def register(event_key: str, request: Request, reader: CurrentReader) -> Response:
    """Answers 303 to the page that says what follows; 422 with the form where something is to be corrected."""
    typed = await read_form(request)
    event_id, slug = await run_in_threadpool(find_event, event_key)
    applicant, form = check(Applicant, typed)
    if applicant is None:
        return await run_in_threadpool(_page_again, event_id, reader, form, 422)
    try:
        application = Application(applicant, RegistrationSource.PAGE, reader.language)
        outcome = await admit(request.app.state.crowd, event_id, application)
    except InvalidInput as refused:
        problems = {name: message(name, "unknown") for name in refused.fields}
        return await run_in_threadpool(_page_again, event_id, reader, Form(form.typed, problems), 422)
    except RegistrationClosed:
        return await run_in_threadpool(_page_again, event_id, reader, form, 409)
    return RedirectResponse(reader.link(f"/events/{slug}/registered", outcome=str(outcome.status)), 303)


@router.api_route("/events/{event_key}/register", methods=READING)
def show_form(event_key: str, reader: CurrentReader) -> Response:
    """Whoever opens the address of a form they sent comes back to the form."""
    return RedirectResponse(reader.link(f"/events/{event_key}") + "#register", 303)


def _page_again(event_id: UUID, reader: Reader, form: Form, status: int) -> Response:
    with new_session() as session:
        return event_page(events.get_public(session, str(event_id)), reader, form, status=status)


@router.api_route("/events/{event_key}/registered", methods=READING)
def show_registered(
    event_key: str,
    reader: CurrentReader,
    session: DatabaseSession,
    outcome: Literal["confirmed", "waitlisted", "pending"] = "confirmed",
) -> Response:
    """The same words for an address that was registered before: only the mail to it tells."""
    view = EventView(events.get_public(session, event_key), reader)
    caught = get_settings().caught_mail_url
    unlisted = {"X-Robots-Tag": "noindex"}
    return page(reader, "registered.html", headers=unlisted, view=view, outcome=outcome, caught_mail_url=caught)
