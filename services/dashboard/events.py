"""The organiser's events: the list, and the one that is chosen, which lives in the address bar."""

import streamlit as st

from services.dashboard import markup, snapshots
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary

CHOSEN = "event"
_FROM_ADDRESS = "_event_in_address"
_REFUSED = "_event_refused"
_KNOWN = "_events"
_WAY = "_to_live"
_NEXT = "_event_next"
# An organisation with more events than this finds the older ones by their address.
_MOST_PAGES = 5


@st.cache_data(ttl=5, max_entries=64, show_spinner=False)
def _fetch(scope: str, _token: str) -> list[EventSummary] | Failure:
    events: list[EventSummary] = []
    after: str | None = None
    for _ in range(_MOST_PAGES):
        page = api().my_events(_token, after=after)
        if isinstance(page, Failure):
            return page
        events += page.events
        after = page.next
        if after is None:
            break
    return events


def mine(viewer: Viewer) -> list[EventSummary] | Failure:
    """Soonest first, as the API sorts them; the list last seen in this tab while the API does not answer."""
    outcome = _fetch(viewer.scope, viewer.token)
    if not isinstance(outcome, Failure):
        st.session_state[_KNOWN] = outcome
        return outcome
    known: list[EventSummary] | None = st.session_state.get(_KNOWN)
    return known if known is not None and outcome.is_passing else outcome


def renew() -> None:
    """After a change of ours, so that it shows at once."""
    _fetch.clear()


def turn_to(event_id: str) -> None:
    """Open an event's live screen. Only from a widget's callback: it sets another widget's value."""
    st.session_state[CHOSEN] = event_id
    st.session_state[_WAY] = True


def open_next(event_id: str | None) -> None:
    """Which event is chosen from the next run on; None: whichever comes first. For after the select box was drawn."""
    st.session_state[_NEXT] = event_id or ""


def wants_live() -> bool:
    return bool(st.session_state.pop(_WAY, False))


def choose(viewer: Viewer, events: list[EventSummary]) -> EventSummary | None:
    """The select box, kept in step with `?event=`.

    A select box bound to the address would put its label there; links to an event name its id.
    """
    following: str | None = st.session_state.pop(_NEXT, None)
    if following is not None:
        st.session_state.pop(CHOSEN, None)
        st.query_params[CHOSEN] = following
    offered = {str(event.id): event for event in _with_wish(viewer, in_order(events))}
    if not offered:
        return None
    _follow_address(offered)
    if st.session_state.get(CHOSEN) not in offered:
        st.session_state[CHOSEN] = next(iter(offered))
    st.selectbox("Event", list(offered), key=CHOSEN, format_func=lambda key: _name(offered[key]))
    chosen: str = st.session_state[CHOSEN]
    st.query_params[CHOSEN] = chosen
    st.session_state[_FROM_ADDRESS] = chosen
    return offered[chosen]


def in_order(events: list[EventSummary]) -> list[EventSummary]:
    """What is announced and to come, soonest first; then drafts and the like; then what is over, latest first."""
    to_come = [event for event in events if not event.is_over]
    over = [event for event in reversed(events) if event.is_over]
    return sorted(to_come, key=lambda event: event.state != "published") + over


def draw_refusal() -> None:
    """Why the event that the address asked for is not the one on screen."""
    refused: Failure | None = st.session_state.get(_REFUSED)
    if refused is None:
        return
    if refused.cause is Cause.FORBIDDEN:
        markup.notice("warning", "You have no access to this event", "Choose one of your own events instead.")
    else:
        markup.notice("warning", "Event not found", "It may have been removed, or its address was cut short.")


def _follow_address(offered: dict[str, EventSummary]) -> None:
    wish = st.query_params.get(CHOSEN)
    if wish and wish != st.session_state.get(_FROM_ADDRESS) and wish in offered:
        st.session_state[CHOSEN] = wish


def _with_wish(viewer: Viewer, events: list[EventSummary]) -> list[EventSummary]:
    """The list and, where the address names an event outside it that the viewer may see, that one first."""
    wish = st.query_params.get(CHOSEN)
    is_new = wish != st.session_state.get(_FROM_ADDRESS)
    if is_new:
        st.session_state.pop(_REFUSED, None)
    if not wish or any(str(event.id) == wish for event in events):
        return events
    outcome = snapshots.stats.take(viewer, wish)
    if not isinstance(outcome, Failure):
        return [outcome.snapshot.event, *events]
    if is_new and not outcome.is_passing:
        st.session_state[_REFUSED] = outcome
    return events


def _name(event: EventSummary) -> str:
    day = f"{event.starts_at_local:%-d %b %Y}" if event.starts_at_local else "no date yet"
    return f"{event.title} · {day}" if event.state == "published" else f"{event.title} · {day} · {event.state}"
