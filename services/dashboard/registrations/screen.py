"""The page itself: the list with the person chosen, and the ways to add people."""

import streamlit as st

from services.dashboard import event_page, kept, markup
from services.dashboard.api_client import api
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.registrations import (
    adding,
    exporting,
    finding,
    helping,
    importing,
    pages,
    person,
    privacy,
    said,
    table,
)
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer, EventSummary
from shared.schemas.registrations import RegistrationDetail

_VIEW = "registrations_view"
_LIST, _ADD, _IMPORT = "list", "add", "import"
_VIEWS = {_LIST: "The list", _ADD: "Add someone", _IMPORT: "Import a list"}
_ICONS = {_LIST: ":material/groups:", _ADD: ":material/person_add:", _IMPORT: ":material/upload_file:"}


def draw(laid: Desk) -> None:
    event = event_page.begin(laid, "Registrations")
    if event is None:
        return
    view = _choose_view(laid.viewer, event)
    privacy.draw_report()
    if view != _LIST or not st.query_params.get(table.CHOSEN):
        said.draw()
    if view == _LIST:
        _draw_list(laid.viewer, event)
        return
    whole = api().event(laid.viewer.token, str(event.id))
    if isinstance(whole, Failure):
        _draw_failure(whole)
    elif view == _ADD:
        adding.draw(laid.viewer, whole)
    else:
        importing.draw(laid.viewer, whole)


def _choose_view(viewer: Viewer, event: EventSummary) -> str:
    may_edit = viewer.may_edit_on(event.calendar.id)
    with st.container(key="registrations_bar", horizontal=True, vertical_alignment="center"):
        view = _LIST
        if may_edit:
            view = st.segmented_control(
                "View",
                list(_VIEWS),
                default=_LIST,
                required=True,
                key=_VIEW,
                format_func=lambda key: f"{_ICONS[key]} {_VIEWS[key]}",
                label_visibility="collapsed",
            )
        exporting.draw(str(event.id), sees_addresses=may_edit)
    return view or _LIST


def _draw_list(viewer: Viewer, event: EventSummary) -> None:
    may_edit = viewer.may_edit_on(event.calendar.id)
    asked = finding.draw(viewer, str(event.id), sees_addresses=may_edit)
    slot = st.empty()
    if not pages.LIST.is_shown(asked):
        slot.skeleton(height=320)
    shown = pages.show(viewer, asked)
    slot.empty()
    if isinstance(shown, Failure):
        _draw_failure(shown)
        return
    kept.draw_trouble(shown)
    zone = event.time_zone or event.calendar.time_zone
    table.draw(shown, asked, zone=zone, sees_addresses=may_edit)
    _draw_chosen(viewer, event, is_live=shown.trouble is None)


def _draw_chosen(viewer: Viewer, event: EventSummary, *, is_live: bool) -> None:
    chosen = st.query_params.get(table.CHOSEN)
    if not chosen:
        person.draw_nobody()
        return
    # Not at the top of the page, which whoever helps this person has scrolled away.
    said.draw()
    found, whole = api().registration(viewer.token, chosen), api().event(viewer.token, str(event.id))
    if isinstance(found, Failure):
        _draw_failure(found)
    elif isinstance(whole, Failure):
        _draw_failure(whole)
    elif found.event_id != event.id:
        st.query_params.pop(table.CHOSEN, None)
        person.draw_nobody()
    else:
        _draw_person(viewer, whole, found, is_live=is_live)


def _draw_person(viewer: Viewer, event: EventAnswer, found: RegistrationDetail, *, is_live: bool) -> None:
    facts, rest = st.columns([3, 2], gap="medium")
    with facts, st.container(border=True, key="card_person"):
        person.draw_facts(found, event)
    with rest:
        if viewer.may_edit_on(event.calendar.id) and is_live:
            with st.container(border=True, key="card_helping"):
                helping.draw(viewer, event, found)
                if viewer.owns(event.calendar.id):
                    privacy.draw(viewer, event, found)
        with st.container(border=True, key="card_mails"):
            person.draw_mails(viewer, found, event.time_zone or event.calendar.time_zone)


def _draw_failure(failure: Failure) -> None:
    if failure.is_passing:
        markup.notice("problem", "No data yet", f"{failure.title}. Load the page again in a moment.")
    else:
        markup.notice("warning", failure.title, failure.detail)
