"""Asking those who have not answered once more, and how many invitations leave in a day."""

from math import ceil

import streamlit as st

from services.dashboard import asking, events, markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note, problem, start_with, title
from services.dashboard.formatting import count, plural
from services.dashboard.invitations import pages
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.invitations import InvitationCounts

_UNSURE = "It is not sure whether they were asked. Asking again is harmless: nobody is asked twice in three days."
_LIMIT_FAILURE = "_limit_failure"
_MOST = 100_000


def draw(viewer: Viewer, event: EventSummary, counts: InvitationCounts) -> None:
    with st.grid(2, min_column_width=300, key="grid_invitations") as grid:
        with grid.cell(), st.container(border=True, key="card_nudge", height="stretch"):
            _draw_nudge(event, counts)
        with grid.cell(), st.container(border=True, key="card_limit", height="stretch"):
            _draw_limit(viewer, event, counts)
    if asking.is_open("nudge", event.id):
        _ask_whether_to_nudge(viewer, event, counts)


def _draw_nudge(event: EventSummary, counts: InvitationCounts) -> None:
    markup.draw(title("Ask once more"))
    note("A short second mail to those who have not answered; to each once in three days at most.")
    if counts.undelivered:
        problem(f"{plural(counts.undelivered, 'invitation')} did not arrive. These people are not asked again.")
    if st.button("Ask once more …", key="nudge", icon=":material/notifications:", disabled=not counts.pending):
        asking.ask("nudge", event.id)


@st.dialog("Ask them once more?", icon=":material/notifications:", on_dismiss=asking.put_away)
def _ask_whether_to_nudge(viewer: Viewer, event: EventSummary, counts: InvitationCounts) -> None:
    verb = "has" if counts.pending == 1 else "have"
    note(f"{count(counts.pending)} {verb} not answered. Those who were mailed within the last three days are left out.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Not now", key="keep_nudge", on_click=asking.put_away):
            st.rerun()
        if st.button("Ask once more", key="really_nudge", type="primary"):
            asking.put_away()
            _nudge(viewer, event)


def _nudge(viewer: Viewer, event: EventSummary) -> None:
    outcome = api().nudge(viewer.token, str(event.id))
    pages.LIST.renew()
    if isinstance(outcome, Failure):
        said.fail(outcome, unsure=_UNSURE)
    elif outcome.count:
        said.say("good", f"{plural(outcome.count, 'person is', 'people are')} asked once more")
    else:
        said.say("note", "Nobody was asked", "Everybody has answered, or was mailed within the last three days.")


def pace(counts: InvitationCounts) -> str:
    """What waits, and for how long at most."""
    if not counts.waiting:
        return "None waits: all have left."
    days = ceil(counts.waiting / max(1, counts.per_day))
    wait = f"{count(counts.waiting)} {'waits' if counts.waiting == 1 else 'wait'}"
    return f"{wait} for {'its' if counts.waiting == 1 else 'their'} day; the last leaves within {plural(days, 'day')}."


def _draw_limit(viewer: Viewer, event: EventSummary, counts: InvitationCounts) -> None:
    markup.draw(title("How many a day"))
    note(pace(counts))
    key = start_with(f"per_day_{event.id}_{counts.per_day}", counts.per_day)
    typed = st.number_input("Invitations a day, at most", min_value=1, max_value=_MOST, step=50, key=key)
    problem(st.session_state.get(_LIMIT_FAILURE, ""))
    note("Mailbox providers distrust a sender who suddenly writes to thousands. Begin low.")
    if st.button("Save the limit", key="save_limit", icon=":material/save:", disabled=typed == counts.per_day):
        _save(viewer, event, int(typed))


def _save(viewer: Viewer, event: EventSummary, per_day: int) -> None:
    st.session_state.pop(_LIMIT_FAILURE, None)
    outcome = api().event(viewer.token, str(event.id))
    if not isinstance(outcome, Failure):
        outcome = api().edit(viewer.token, outcome, {"invitations_per_day": per_day})
    if isinstance(outcome, Failure):
        st.session_state[_LIMIT_FAILURE] = outcome.fields.get("invitations_per_day") or outcome.detail or outcome.title
        st.rerun()
    events.renew()
    pages.LIST.renew()
    said.say("good", "Saved", f"At most {plural(per_day, 'invitation')} of this event leave in a day.")
