"""People who have a place and no working join link, and the way to correct their addresses."""

import streamlit as st

from services.dashboard import formatting, kept, markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.fields import note, problem, title
from services.dashboard.kept import Asked, KeptList, Shown
from services.dashboard.mail import refusals, snapshot
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.mail import UnreachablePage, UnreachablePerson

_LIST: KeptList[UnreachablePage] = KeptList("unreachable")
_FAILURE = "_unreachable_failure"
_SAME = Failure(Cause.REFUSED, "Type the right address first.")
_UNSURE = "It is not sure whether the address was changed. Refresh the list and look."


def draw(viewer: Viewer, event: EventSummary, *, may_edit: bool) -> None:
    with st.container(border=True, key="card_unreachable"):
        markup.draw(title("People without a working join link"))
        asked = _LIST.turned(Asked(str(event.id)))
        shown = _LIST.show(asked, lambda event_id, query: api().unreachable(viewer.token, event_id, query))
        if isinstance(shown, Failure):
            markup.notice("warning", "This list cannot be shown", shown.detail or shown.title)
            return
        kept.draw_trouble(shown)
        if not shown.page.people:
            markup.draw(Markup('<p class="pl-state pl-good"><span aria-hidden="true">✓</span> Nobody. Everybody with a '
                               "place has mail that was taken.</p>"))  # fmt: skip
            st.button("Refresh", key="refresh_unreachable", icon=":material/refresh:", on_click=_LIST.renew)
            return
        _draw_people(viewer, event, shown, asked, may_edit=may_edit and shown.trouble is None)


def _draw_people(
    viewer: Viewer, event: EventSummary, shown: Shown[UnreachablePage], asked: Asked, *, may_edit: bool
) -> None:
    if may_edit:
        note("Ask them in another way, correct the address, and the mail of their place goes there at once.")
    zone = event.time_zone or event.calendar.time_zone
    for person in shown.page.people:
        with st.container(key=f"lost_row_{person.registration_id}", horizontal=True, vertical_alignment="center"):
            markup.draw(_facts(person, zone))
            if may_edit:
                _draw_correction(viewer, person)
    _LIST.draw_ways(shown, asked, len(shown.page.people))


def _facts(person: UnreachablePerson, zone: str) -> Markup:
    since = f"since {formatting.moment_in(person.since, zone)}" if person.since else "not sent yet"
    reason = markup.markup("<small>{reason}</small>", reason=person.reason) if person.reason else Markup()
    return markup.markup(
        '<div class="pl-lost"><b><bdi>{name}</bdi></b><span>{since}</span>{reason}</div>',
        name=person.name,
        since=since,
        reason=reason,
    )


def _draw_correction(viewer: Viewer, person: UnreachablePerson) -> None:
    key = str(person.registration_id)
    typed = st.text_input(
        f"Address of {markup.heard(person.name)}",
        person.address or "",
        key=f"lost_address_{key}",
        max_chars=254,
        label_visibility="collapsed",
        placeholder="The right address",
    ).strip()
    if st.button("Correct and send", key=f"lost_save_{key}", icon=":material/forward_to_inbox:"):
        _correct(viewer, person, typed)
    held: tuple[str, Failure] | None = st.session_state.get(_FAILURE)
    if held and held[0] == key:
        problem(held[1].fields.get("address") or held[1].detail or held[1].title)


def _correct(viewer: Viewer, person: UnreachablePerson, address: str) -> None:
    if not address or address == person.address:
        st.session_state[_FAILURE] = (str(person.registration_id), _SAME)
        st.rerun()
    outcome = api().correct(viewer.token, str(person.registration_id), {"address": address})
    st.session_state.pop(_FAILURE, None)
    if isinstance(outcome, Failure):
        if outcome.is_passing:
            said.fail(outcome, unsure=_UNSURE)
        st.session_state[_FAILURE] = (str(person.registration_id), outcome)
        st.rerun()
    _LIST.renew()
    refusals.renew()
    snapshot.renew()
    said.say("good", f"The address of {person.name} is corrected", "The mail of their place is on its way there.")
