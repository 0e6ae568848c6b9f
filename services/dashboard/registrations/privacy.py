"""A person's data, for owners of the calendar: given to them, or erased for good."""

import json

import streamlit as st

from services.dashboard import asking, events, markup, snapshots
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.fields import note
from services.dashboard.formatting import count, plural
from services.dashboard.registrations import pages
from services.dashboard.registrations.table import CHOSEN
from services.dashboard.registrations.words import REMOVED
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer
from shared.schemas.privacy import ErasureReport
from shared.schemas.registrations import RegistrationDetail

_REPORT, _EXPORT = "_erasure_report", "_person_export"


def draw(viewer: Viewer, event: EventAnswer, person: RegistrationDetail) -> None:
    if not person.address:
        return
    with st.expander(
        "Their data: give it to them, or erase it", icon=":material/shield_person:", key=f"data_{person.id}"
    ):
        note("Everything kept of this address in this calendar: registrations at all its events, answers and mails.")
        with st.container(key="privacy_buttons", horizontal=True):
            _draw_export(viewer, event, person.address)
            if st.button("Erase …", key="erase", icon=":material/delete_forever:"):
                asking.ask("erase", person.id)
        if asking.is_open("erase", person.id):
            _ask_whether_to_erase(viewer, event, person)


def _draw_export(viewer: Viewer, event: EventAnswer, address: str) -> None:
    """Collected when asked for, and offered only to who looks at this very person."""
    held = st.session_state.get(_EXPORT)
    if held and held[0] == address:
        name = "person-data.json"
        st.download_button(
            "Download as JSON", held[1], name, "application/json", key="export_person_file", icon=":material/download:",
            on_click="ignore", type="primary",
        )  # fmt: skip
        return
    if st.button("Collect their data", key="export_person", icon=":material/folder_shared:"):
        outcome = api().export_person(viewer.token, event.calendar.slug, address)
        if isinstance(outcome, Failure):
            markup.notice("problem", outcome.title, outcome.detail)
        else:
            st.session_state[_EXPORT] = (address, json.dumps(outcome, ensure_ascii=False, indent=2))
            st.rerun()


@st.dialog("Erase everything of this person?", icon=":material/delete_forever:", on_dismiss=asking.put_away)
def _ask_whether_to_erase(viewer: Viewer, event: EventAnswer, person: RegistrationDetail) -> None:
    address = person.address or ""
    st.text(f"{person.name}\n{address}")
    st.write(
        "Registrations at all events of this calendar, answers, mails and the traces of them are deleted. Places they "
        "have go to whoever waits. Nobody can bring this back, and they are not told."
    )
    is_sure = st.checkbox("They asked for it, or there is no reason to keep it", key="erase_is_sure")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep_data", on_click=asking.put_away):
            st.rerun()
        if st.button("Erase", key="really_erase", type="primary", disabled=not is_sure):
            _erase(viewer, event, address)


def _erase(viewer: Viewer, event: EventAnswer, address: str) -> None:
    outcome = api().erase_person(viewer.token, event.calendar.slug, address)
    if isinstance(outcome, Failure) and outcome.cause is Cause.UNREACHABLE:
        markup.notice("problem", outcome.title, "It is not sure whether this was done. Erasing again is harmless.")
        return
    if isinstance(outcome, Failure):
        markup.notice("problem", outcome.title, outcome.detail)
        return
    asking.put_away()
    st.session_state[_REPORT] = outcome
    st.session_state.pop(_EXPORT, None)
    st.query_params.pop(CHOSEN, None)
    pages.LIST.renew()
    events.renew()
    snapshots.stats.renew()
    st.rerun()


def draw_report() -> None:
    """What was removed, until it is put away: somebody may have to write it down."""
    report: ErasureReport | None = st.session_state.get(_REPORT)
    if report is None:
        return
    with st.container(border=True, key="card_erasure"):
        if report.reference is None:
            markup.notice("note", "There was nothing to erase", "Nothing is kept of this address in this calendar.")
        else:
            markup.notice("good", "Erased", f"The proof is kept under the reference {report.reference}.")
        rows = [
            (REMOVED.get(name, name.replace("_", " ")), count(number))
            for name, number in report.removed.items()
            if number
        ]
        if report.places_given_back:
            rows.append(("Places given back", plural(report.places_given_back, "place")))
        rows += [("Kept", reason) for reason in report.kept]
        drawn = markup.join(
            markup.markup("<div><dt>{name}</dt><dd>{value}</dd></div>", name=name, value=value) for name, value in rows
        )
        markup.draw(markup.markup('<dl class="pl-facts">{rows}</dl>', rows=drawn))
        st.button("Put away", key="put_report_away", on_click=lambda: st.session_state.pop(_REPORT, None))
