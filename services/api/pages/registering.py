"""Registering on an event's page: the form comes in, goes through the crowd path, and a page says what follows."""

from dataclasses import replace
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.api.abuse import proofs
from services.api.abuse.guard import Guard
from services.api.abuse.refusals import Reason
from services.api.database import DatabaseSession
from services.api.pages import stamps
from services.api.pages.answering import checked, given, has_answers
from services.api.pages.event_view import EventView
from services.api.pages.events import event_page
from services.api.pages.forms import Form, Typed, check, message, read_form
from services.api.pages.reader import CurrentReader, Reader
from services.api.pages.rendering import READING, page
from services.api.pages.texts import N_
from services.api.public_events import await_event
from services.api.registrations import admit
from shared import events
from shared.admission import Application
from shared.database import new_session
from shared.errors import InvalidInput, RegistrationClosed
from shared.models import RegistrationSource, RegistrationStatus
from shared.places import newcomers_status
from shared.question_answers import FIELD
from shared.schemas.registrations import Applicant
from shared.settings import get_settings

router = APIRouter()

# The field that nobody sees. Programs like to write messages; browsers never fill this one in by themselves.
TRAP = "message"
_ONCE_MORE = N_(
    "Press the button once more, please. The form came back so soon that a program might have sent it; "
    "what you typed is still there."
)


@router.post("/events/{event_key}/register")
async def register(event_key: str, request: Request, reader: CurrentReader) -> Response:
    """Answers 303 to the page that says what follows; 422 with the form where something is to be corrected."""
    typed = await read_form(request)
    event_id, slug = await await_event(request.app.state.looks, event_key)
    if typed.get(TRAP):
        return await _as_if_registered(request, event_id, slug, reader)
    applicant, form = check(Applicant, typed)
    if applicant is None:
        return await _again(request, event_id, reader, form)
    if not stamps.is_read_in_time(typed.get("shown", ""), event_id):
        _guard(request).refusals.note(event_id, Reason.TOO_FAST)
        return await _again(request, event_id, reader, replace(form, notice=_ONCE_MORE))
    if has_answers(typed):
        applicant = await run_in_threadpool(_answering, event_id, reader, applicant, typed)
    verdict = await _guard(request).admit(request, event_id, applicant.address, typed.get(proofs.FIELD))
    application = Application(
        applicant,
        RegistrationSource.PAGE,
        reader.language,
        must_verify=verdict.must_verify,
        is_suspect=verdict.is_suspect,
    )
    try:
        outcome = await admit(request.app.state.crowd, event_id, application)
    except InvalidInput as refused:
        problems = {name: message(name, "unknown") for name in refused.fields if not name.startswith(FIELD)}
        return await _again(request, event_id, reader, Form(form.typed, problems))
    except RegistrationClosed:
        return await run_in_threadpool(_page_again, event_id, reader, form, 409)
    return _told(slug, reader, outcome.status)


def _told(slug: str, reader: Reader, status: RegistrationStatus) -> Response:
    return RedirectResponse(reader.link(f"/events/{slug}/registered", outcome=str(status)), 303)


def _guard(request: Request) -> Guard:
    guard: Guard = request.app.state.guard
    return guard


async def _as_if_registered(request: Request, event_id: UUID, slug: str, reader: Reader) -> Response:
    """What people get, for a program that fills in what nobody sees: it learns nothing from that. Nothing is stored."""
    _guard(request).refusals.note(event_id, Reason.HIDDEN_FIELD)
    await _guard(request).count_mistake(request, event_id)
    return _told(slug, reader, await run_in_threadpool(_newcomers_status, event_id))


def _newcomers_status(event_id: UUID) -> RegistrationStatus:
    with new_session() as session:
        event = events.get_public(session, str(event_id))
        return RegistrationStatus.PENDING if event.verifies_addresses else newcomers_status(event.places)


async def _again(request: Request, event_id: UUID, reader: Reader, form: Form) -> Response:
    await _guard(request).count_mistake(request, event_id)
    return await run_in_threadpool(_page_again, event_id, reader, form, 422)


@router.api_route("/events/{event_key}/register", methods=READING)
def show_form(event_key: str, reader: CurrentReader) -> Response:
    """Whoever opens the address of a form they sent comes back to the form."""
    return RedirectResponse(reader.link(f"/events/{event_key}") + "#register", 303)


def _answering(event_id: UUID, reader: Reader, applicant: Applicant, typed: Typed) -> Applicant:
    with new_session() as session:
        event = events.get_public(session, str(event_id))
        return applicant.model_copy(update={"answers": given(event, typed, reader)})


def _page_again(event_id: UUID, reader: Reader, form: Form, status: int) -> Response:
    with new_session() as session:
        event = events.get_public(session, str(event_id))
        answer = event_page(event, reader, checked(event, form, reader) if status == 422 else form, status=status)
    # Whoever has read the form once need not read it again before they send it.
    shown = form.value("shown")
    answer.body = stamps.stamp(bytes(answer.body), event_id, again=shown)
    return answer


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
