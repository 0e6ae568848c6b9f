"""Sending calendar entries again to those whose calendar is not up to date."""

import streamlit as st

from services.dashboard import asking, markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note, title
from services.dashboard.formatting import count, plural
from services.dashboard.mail import snapshot
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.mail import Ledger

_UNSURE = "It is not sure whether they were sent. Sending again is harmless: nobody gets the same entry twice."


def draw(viewer: Viewer, event: EventSummary) -> None:
    with st.container(border=True, key="card_entries"):
        markup.draw(title("Bring calendars up to date"))
        note(
            "Whoever has a place and holds an old calendar entry, or none, is sent the present one. Those who hold it, "
            "and those who have it on its way, get nothing."
        )
        if st.button("Send it again …", key="send_entries", icon=":material/event_repeat:"):
            asking.ask("entries", event.id)
    if asking.is_open("entries", event.id):
        _ask_whether_to_send(viewer, event)


def words(ledger: Ledger) -> str:
    """How many would get it, and why."""
    parts = [
        f"{plural(ledger.stale, 'person holds', 'people hold')} an old entry",
        f"{plural(ledger.none, 'person holds', 'people hold')} none",
    ]
    waiting = f", {count(ledger.waiting)} of them have it on its way" if ledger.waiting else ""
    return f"{' and '.join(parts)}{waiting}."


@st.dialog("Send the calendar entry again?", icon=":material/event_repeat:", on_dismiss=asking.put_away)
def _ask_whether_to_send(viewer: Viewer, event: EventSummary) -> None:
    snapshot.renew()
    screen = snapshot.mail.take(viewer, str(event.id))
    if isinstance(screen, Failure) or screen.trouble is not None:
        markup.notice("problem", "It is not known how many would get it", "The service is not answering. Try again.")
        return
    ledger = screen.snapshot.ledger
    number = max(0, ledger.stale + ledger.none - ledger.waiting)
    note(words(ledger))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Not now", key="keep_entries", on_click=asking.put_away):
            st.rerun()
        label = f"Send to {plural(number, 'person', 'people')}"
        if st.button(label, key="really_send_entries", type="primary", disabled=not number):
            asking.put_away()
            _send(viewer, event)


def _send(viewer: Viewer, event: EventSummary) -> None:
    outcome = api().send_entries_again(viewer.token, str(event.id))
    snapshot.renew()
    if isinstance(outcome, Failure):
        said.fail(outcome, unsure=_UNSURE)
    elif outcome.count:
        said.say("good", f"{plural(outcome.count, 'calendar entry is', 'calendar entries are')} on the way")
    else:
        said.say("note", "There was nothing to send", "Everybody holds the present entry, or has it on its way.")
