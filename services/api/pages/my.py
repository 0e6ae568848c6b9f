"""One's own registration, behind the signed link of the mails: see it, correct it, confirm it, give the place back."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from services.api.calendar_entries import personal_entry
from services.api.database import DatabaseSession
from services.api.pages import answering
from services.api.pages.event_view import EventView
from services.api.pages.forms import Form, Typed, check, read_form
from services.api.pages.joining import door_view
from services.api.pages.moments import Span
from services.api.pages.opened import NOTES_USE
from services.api.pages.reader import CurrentReader, Reader, at_home
from services.api.pages.rendering import LEADING_OUT, PRIVATE, READING, page
from services.api.pages.zones import zone_options
from shared import audience_questions, ical, links, personal_feeds, registrations, waiting_lists
from shared.database import new_session
from shared.errors import InvalidInput, RegistrationClosed, StateConflict
from shared.links import Purpose
from shared.models import Registration
from shared.schemas.registrations import RegistrationCorrection
from shared.translations import LANGUAGES

router = APIRouter(dependencies=[NOTES_USE])


def _own(token: str) -> UUID:
    return links.read(Purpose.MY, token)


Own = Annotated[UUID, Depends(_own)]


@router.api_route("/my/{token}", methods=READING)
def show_registration(
    token: str,
    own: Own,
    reader: CurrentReader,
    session: DatabaseSession,
    saved: str = "",
    late: str = "",
    feed: str = "",
    asked: str = "",
) -> Response:
    registration = registrations.get(session, own)
    reader = at_home(reader, registration)
    form = _filled(registration, reader)
    return _page(
        session,
        registration,
        reader,
        token,
        form,
        is_saved=bool(saved),
        is_too_late=bool(late),
        feed_news=feed,
        question_news=asked,
    )


def _filled(registration: Registration, reader: Reader) -> Form:
    names = RegistrationCorrection.model_fields.keys() - {"answers"}
    usual = [(name, getattr(registration, name) or "") for name in names]
    return Form(Typed(usual + answering.filled(registration, reader)))


def _page(
    session: Session,
    registration: Registration,
    reader: Reader,
    token: str,
    form: Form,
    *,
    status: int = 200,
    is_saved: bool = False,
    is_too_late: bool = False,
    feed_news: str = "",
    question_news: str = "",
) -> Response:
    return page(
        reader,
        "my.html",
        status=status,
        headers=LEADING_OUT,
        registration=registration,
        view=EventView(registration.event, reader),
        door=door_view(registration, reader),
        waiting_position=waiting_lists.position_of(session, registration),
        asked_until=_moment(registration.answer_by, registration, reader),
        can_undo=registrations.can_undo(registration),
        form=form,
        token=token,
        is_saved=is_saved,
        is_too_late=is_too_late,
        has_feed=personal_feeds.of_address(session, registration.address) is not None,
        feed_news=feed_news,
        may_ask=audience_questions.is_open(registration),
        own_questions=audience_questions.of_person(session, registration.id),
        question_news=question_news,
        question_length=audience_questions.LONGEST,
        zone_options=zone_options(),
    )


@router.post("/my/{token}")
async def correct_registration(token: str, own: Own, request: Request, reader: CurrentReader) -> Response:
    return await run_in_threadpool(_correct, token, own, reader, await read_form(request))


def _correct(token: str, own: UUID, reader: Reader, typed: Typed) -> Response:
    """One transaction; 422 with the form where something is to be corrected first."""
    correction, form = check(RegistrationCorrection, typed)
    with new_session() as session:
        registration = registrations.get(session, own)
        reader = at_home(reader, registration)
        form = answering.checked(registration.event, form, reader, before=registration.answers)
        if correction is None or correction.language not in LANGUAGES or form.problems:
            return _page(session, registration, reader, token, form, status=422)
        answers = answering.given(registration.event, typed, reader)
        correction = correction.model_copy(update={"answers": answers})
        registrations.correct(session, own, correction, language=reader.language)
        session.commit()
    return RedirectResponse(reader.link(f"/my/{token}", saved="yes"), 303, headers=PRIVATE)


def _moment(instant: datetime | None, registration: Registration, reader: Reader) -> str | None:
    """On the reader's clocks where they are known, else on the event's."""
    zone = reader.zone or registration.event.time_zone
    return Span(instant, None, zone, reader.locale).whole if instant and zone else None


@router.post("/my/{token}/questions")
async def ask_question(token: str, own: Own, request: Request, reader: CurrentReader) -> Response:
    return await run_in_threadpool(_ask, token, own, reader, await read_form(request))


def _ask(token: str, own: UUID, reader: Reader, typed: Typed) -> Response:
    """303 to the page that shows it among one's own; also where it could not be taken, which the page says."""
    with new_session() as session:
        try:
            audience_questions.ask(session, registrations.get(session, own), typed.get("text", ""))
        except (InvalidInput, StateConflict):
            return RedirectResponse(reader.link(f"/my/{token}", asked="no") + "#questions", 303, headers=PRIVATE)
        session.commit()
    return RedirectResponse(reader.link(f"/my/{token}", asked="yes") + "#questions", 303, headers=PRIVATE)


@router.post("/my/{token}/cancel")
def cancel_registration(token: str, own: Own, reader: CurrentReader, session: DatabaseSession) -> Response:
    """Give the place back, leave the waiting list, or decline what is offered; a second time changes nothing."""
    return _done(token, reader, lambda: registrations.cancel(session, own, is_by_person=True))


@router.post("/my/{token}/confirm")
def confirm_registration(token: str, own: Own, reader: CurrentReader, session: DatabaseSession) -> Response:
    """The address is theirs, or they take what is offered; a second time changes nothing."""
    return _done(token, reader, lambda: registrations.confirm(session, own))


@router.post("/my/{token}/again")
def take_up_again(token: str, own: Own, reader: CurrentReader, session: DatabaseSession) -> Response:
    """Undo the cancellation, or come back later; a second time changes nothing."""
    return _done(token, reader, lambda: registrations.take_up_again(session, own))


def _done(token: str, reader: Reader, deed: Callable[[], object]) -> Response:
    """303 to the page that says how things stand now, which also is the answer where it came too late."""
    try:
        deed()
    except RegistrationClosed:
        return RedirectResponse(reader.link(f"/my/{token}", late="yes"), 303, headers=PRIVATE)
    return RedirectResponse(reader.link(f"/my/{token}"), 303, headers=PRIVATE)


@router.api_route("/my/{token}/event.ics", methods=READING)
def read_calendar_entry(own: Own, session: DatabaseSession) -> Response:
    """The entry that the mail holds, under the same UID: a calendar that has it already will not show it twice."""
    entry = personal_entry(registrations.get(session, own))
    headers = PRIVATE | {"Content-Disposition": 'inline; filename="event.ics"'}
    return Response(ical.single_event(entry), media_type="text/calendar", headers=headers)
