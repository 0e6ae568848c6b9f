"""The page "Compare": up to four events, aligned on their starts."""

from collections.abc import Sequence

import streamlit as st

from services.dashboard import event_page, events, heading, markup
from services.dashboard.api_client import api
from services.dashboard.comparison import chart, tables
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.files import REPORT
from services.dashboard.live.cards import card
from services.dashboard.viewer import Viewer
from shared.schemas.comparison import Comparison
from shared.schemas.events import EventSummary

_WITH, _KEY, _MANNER = "with", "compare_with", "compare_manner"
_NUMBER, _SHARE = "Number", "Share of places"
_MOST_OTHERS = 3


# The scope is part of the key, so nobody is shown what only others may see; the token is not, so viewers share.
@st.cache_data(ttl=300, max_entries=64, show_spinner=False)
def _fetch(event_ids: tuple[str, ...], scope: str, _token: str) -> Comparison | Failure:
    return api().comparison(_token, event_ids)


def draw(laid: Desk) -> None:
    events.draw_refusal()
    if laid.event is None:
        heading.draw("Compare")
        event_page.draw_none(laid.viewer)
        return
    heading.draw("Compare", [laid.event.title, "Aligned on the start of each event"])
    chosen = _choose(laid.event, laid.events)
    found = _found(laid.viewer, (str(laid.event.id), *chosen))
    if isinstance(found, Failure):
        markup.notice("problem", found.title, found.detail or "Load the page again in a moment.")
        return
    by_share = st.session_state.get(_MANNER) == _SHARE
    card("compare_curve", "Registrations before the start", lambda: chart.draw(found.events, by_share=by_share))
    card("compare_rates", "What came of it", lambda: tables.draw_rates(found))
    card("compare_audiences", "Audiences", lambda: tables.draw_audiences(found.events))


def _found(viewer: Viewer, event_ids: tuple[str, ...]) -> Comparison | Failure:
    outcome = _fetch(event_ids, viewer.scope, viewer.token)
    if isinstance(outcome, Failure):
        # What failed once is not kept for minutes.
        _fetch.clear()
    return outcome


def _choose(event: EventSummary, listed: Sequence[EventSummary]) -> list[str]:
    """Those beside the event of the sidebar; beforehand the last ones of its calendar before it."""
    others = {str(one.id): one for one in listed if one.id != event.id}
    key = f"{_KEY}_{event.id}"
    if key not in st.session_state:
        wish = [one for one in st.query_params.get(_WITH, "").split(",") if one in others]
        st.session_state[key] = wish[:_MOST_OTHERS] or _usual(event, listed)
    with st.container(key="compare_bar", horizontal=True, vertical_alignment="bottom"):
        chosen: list[str] = st.multiselect(
            "Beside it",
            list(others),
            key=key,
            max_selections=_MOST_OTHERS,
            format_func=lambda one: others[one].title,
            placeholder="Choose up to three events",
        )
        st.segmented_control("Drawn as", [_NUMBER, _SHARE], default=_NUMBER, required=True, key=_MANNER)
        st.link_button("Report", f"{REPORT}?event={event.id}", icon=":material/description:")
    st.query_params[_WITH] = ",".join(chosen)
    return chosen


def _usual(event: EventSummary, listed: Sequence[EventSummary]) -> list[str]:
    before = [
        one
        for one in listed
        if one.calendar.id == event.calendar.id
        and one.id != event.id
        and one.state == "published"
        and one.starts_at is not None
        and (event.starts_at is None or one.starts_at < event.starts_at)
    ]
    return [str(one.id) for one in reversed(before)][:_MOST_OTHERS]
