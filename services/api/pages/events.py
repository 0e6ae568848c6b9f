"""An event's page, with the form to register on it."""

from dataclasses import replace
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.api.abuse import proofs
from services.api.pages import sources, stamps
from services.api.pages.event_view import EventView
from services.api.pages.forms import Form, Typed, country_options
from services.api.pages.invited_view import InvitedView
from services.api.pages.kept import KeptPages, Written
from services.api.pages.reader import CurrentReader, Reader
from services.api.pages.rendering import PRIVATE, READING, page
from services.api.pages.structured import structured_event
from services.api.pages.zones import zone_options
from shared import events
from shared.database import new_session
from shared.models import Event, EventPlaces

router = APIRouter()
_kept = KeptPages()
_PROOF_PATH = "/api/v1/proof"


@router.api_route("/events/{event_key}", methods=READING)
async def show_event(event_key: str, request: Request, reader: CurrentReader) -> Response:
    event, _ = await request.app.state.looks.share((show_event, event_key), partial(_look, event_key))
    if event.slug != event_key:
        return RedirectResponse(reader.link(f"/events/{event.slug}"), 308)
    source, reader = reader.source, sources.anybody(reader)
    write, finish = partial(_write, event_key, reader), partial(stamps.stamp, event_id=event.id)
    return await _kept.answer(request, _what_it_says(event, reader), write, source=source, finish=finish)


def _look(event_key: str) -> tuple[Event, EventPlaces]:
    """The event with its places, which tell whether the page is still the same; not bound to the database any more."""
    with new_session() as session:
        event = events.get_public(session, event_key)
        return event, event.places


def _write(event_key: str, reader: Reader) -> Written:
    with new_session() as session:
        event = events.get_public(session, event_key)
        return Written(_what_it_says(event, reader), event_page(event, reader, first_form(reader)))


def _what_it_says(event: Event, reader: Reader) -> tuple[object, ...]:
    """Everything that the page depends on: who reads it, every edit, the places left, and what time alone changes.

    Not the version of the places: the ETag would tell of every registration whether it was the address's first.
    """
    view, calendar = EventView(event, reader), event.calendar
    look = (calendar.website, calendar.accent_colour, calendar.logo_digest)
    of_calendar = (calendar.slug, calendar.title, calendar.organisation, calendar.language, *look)
    places = (event.places.places, view.places_left, view.is_full)
    return event.id, event.version, places, view.state, view.closed, of_calendar, reader


def first_form(reader: Reader) -> Form:
    known = {"language": reader.language, "time_zone": reader.zone or "", "came_from": reader.source or ""}
    return Form(Typed(known))


def event_page(
    event: Event, reader: Reader, form: Form, *, invited: InvitedView | None = None, status: int = 200
) -> HTMLResponse:
    """The page with its form; `stamps.stamp` is for whoever sends it. `invited`: for one person, behind their link."""
    reader = replace(reader, path=invited.path if invited else f"/events/{event.slug}")
    view = EventView(event, reader)
    return page(
        reader,
        "event.html",
        status=status,
        headers=PRIVATE if invited else None,
        invited=invited,
        view=view,
        event=event,
        form=form,
        structured=structured_event(view),
        form_stamp=stamps.PLACEHOLDER,
        proof_path=_PROOF_PATH if proofs.is_asked() else None,
        country_options=country_options(reader.language),
        zone_options=zone_options(),
    )
