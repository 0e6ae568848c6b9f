"""\"Send me my link again\": the same answer, after the same work, for addresses that are registered and others."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.api.abuse.networks import Network, networks_of
from services.api.abuse.rate_limits import LINKS_PER_ADDRESS, LINKS_PER_NETWORK, count
from services.api.database import DatabaseSession
from services.api.pages.event_view import EventView
from services.api.pages.forms import Form, Typed, check, read_form
from services.api.pages.reader import CurrentReader, Reader
from services.api.pages.rendering import READING, page
from services.api.public_events import find_event
from shared import events, registrations
from shared.database import new_session
from shared.digests import keyed_digest
from shared.schemas.registrations import LinkWish

router = APIRouter()


@router.api_route("/events/{event_key}/link", methods=READING)
def show_wish(event_key: str, reader: CurrentReader, session: DatabaseSession, sent: str = "") -> Response:
    view = EventView(events.get_public(session, event_key), reader)
    return _page(view, Form(Typed()), is_sent=bool(sent))


def _page(view: EventView, form: Form, *, is_sent: bool = False, status: int = 200) -> Response:
    unlisted = {"X-Robots-Tag": "noindex"}
    return page(view.reader, "link.html", status=status, headers=unlisted, view=view, form=form, is_sent=is_sent)


@router.post("/events/{event_key}/link")
async def ask_again(event_key: str, request: Request, reader: CurrentReader) -> Response:
    typed = await read_form(request)
    networks = networks_of(request.client.host if request.client else None)
    return await run_in_threadpool(_ask, event_key, reader, typed, networks)


def _ask(event_key: str, reader: Reader, typed: Typed, networks: Sequence[Network]) -> Response:
    """One transaction; 422 with the form where the address cannot be one."""
    event_id, slug = find_event(event_key)
    wish, form = check(LinkWish, typed)
    if wish is None:
        with new_session() as session:
            return _page(EventView(events.get_public(session, event_key), reader), form, status=422)
    for network in networks[:1]:
        count(LINKS_PER_NETWORK, network.digest.hex())
        # By network, too: nobody elsewhere can use up what somebody may wish, or see that they wished.
        count(LINKS_PER_ADDRESS, keyed_digest("link", f"{network.digest.hex()} {wish.address.lower()}").hex())
    with new_session() as session:
        registrations.request_link(session, event_id, wish.address)
        session.commit()
    return RedirectResponse(reader.link(f"/events/{slug}/link", sent="yes"), 303)
