"""Registering on an event's page: the form comes in, goes through the crowd path, and a page says what follows."""

from dataclasses import dataclass, replace
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
from services.api.pages.invited_view import Invited
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


@dataclass(frozen=True)
class Way:
    """The page a form came from, which it goes back to where something is to be corrected.

    `invited` is the person whose link it was.
    """

    request: Request
    event_id: UUID
    slug: str
    reader: Reader
    invited: Invited | None = None

    @property
    def guard(self) -> Guard:
        guard: Guard = self.request.app.state.guard
        return guard


@router.post("/events/{event_key}/register")
async def register(event_key: str, request: Request, reader: CurrentReader) -> Response:
    """Answers 303 to the page that says what follows; 422 with the form where something is to be corrected."""
    typed = await read_form(request)
    event_id, slug = await await_event(request.app.state.looks, event_key)
    return await take(Way(request, event_id, slug, reader), typed)


async def take(way: Way, typed: Typed) -> Response:
    """A form that was sent, whichever page it stood on."""
    if typed.get(TRAP):
        return await _as_if_registered(way)
    applicant, form = check(Applicant, typed)
    if applicant is None:
        return await _again(way, form)
    # Whose link was mailed to the very address they register may press the button as fast as they like.
    is_known = way.invited is not None and way.invited.has_address(applicant.address)
    if not is_known and not stamps.is_read_in_time(typed.get("shown", ""), way.event_id):
        way.guard.refusals.note(way.event_id, Reason.TOO_FAST)
        return await _again(way, replace(form, notice=_ONCE_MORE))
    if has_answers(typed):
        applicant = await run_in_threadpool(_answering, way, applicant, typed)
    application = await _application(way, applicant, typed, is_known=is_known)
    try:
        outcome = await admit(way.request.app.state.crowd, way.event_id, application)
    except InvalidInput as refused:
        problems = {name: message(name, "unknown") for name in refused.fields if not name.startswith(FIELD)}
        return await _again(way, Form(form.typed, problems))
    except RegistrationClosed:
        return await run_in_threadpool(_page_again, way, form, 409)
    return _told(way, outcome.status)


async def _application(way: Way, applicant: Applicant, typed: Typed, *, is_known: bool) -> Application:
    """Raises TooManyRequests."""
    if is_known:
        verdict = await way.guard.admit_invited(way.request, way.event_id, applicant.address)
    else:
        verdict = await way.guard.admit(way.request, way.event_id, applicant.address, typed.get(proofs.FIELD))
    return Application(
        applicant,
        RegistrationSource.PAGE,
        way.reader.language,
        must_verify=verdict.must_verify,
        is_verified=is_known,
        invitation_id=way.invited.invitation_id if way.invited else None,
        is_suspect=verdict.is_suspect,
    )


def _told(way: Way, status: RegistrationStatus) -> Response:
    return RedirectResponse(way.reader.link(f"/events/{way.slug}/registered", outcome=str(status)), 303)


async def _as_if_registered(way: Way) -> Response:
    """What people get, for a program that fills in what nobody sees: it learns nothing from that. Nothing is stored."""
    way.guard.refusals.note(way.event_id, Reason.HIDDEN_FIELD)
    await way.guard.count_mistake(way.request, way.event_id)
    return _told(way, await run_in_threadpool(_newcomers_status, way.event_id))


def _newcomers_status(event_id: UUID) -> RegistrationStatus:
    with new_session() as session:
        event = events.get_public(session, str(event_id))
        return RegistrationStatus.PENDING if event.verifies_addresses else newcomers_status(event.places)


async def _again(way: Way, form: Form) -> Response:
    await way.guard.count_mistake(way.request, way.event_id)
    return await run_in_threadpool(_page_again, way, form, 422)


@router.api_route("/events/{event_key}/register", methods=READING)
def show_form(event_key: str, reader: CurrentReader) -> Response:
    """Whoever opens the address of a form they sent comes back to the form."""
    return RedirectResponse(reader.link(f"/events/{event_key}") + "#register", 303)


def _answering(way: Way, applicant: Applicant, typed: Typed) -> Applicant:
    with new_session() as session:
        event = events.get_public(session, str(way.event_id))
        return applicant.model_copy(update={"answers": given(event, typed, way.reader)})


def _page_again(way: Way, form: Form, status: int) -> Response:
    with new_session() as session:
        event = events.get_public(session, str(way.event_id))
        shown = checked(event, form, way.reader) if status == 422 else form
        invited = way.invited.view(session) if way.invited else None
        answer = event_page(event, way.reader, shown, invited=invited, status=status)
    # Whoever has read the form once need not read it again before they send it.
    answer.body = stamps.stamp(bytes(answer.body), way.event_id, again=form.value("shown"))
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
