"""The Live page: what moves, in two fragments that draw the same snapshot."""

import random

import streamlit as st

from services.dashboard import events, markup, snapshots
from services.dashboard.desk import Desk
from services.dashboard.failures import Cause, Failure
from services.dashboard.live import (
    actions,
    attention,
    bars,
    curve,
    feed,
    header,
    local_hours,
    mail,
    questions,
    reminders,
    sources,
    suspicion,
    tiles,
    unreachable,
    world_map,
)
from services.dashboard.live.cards import card
from services.dashboard.snapshots import Screen
from services.dashboard.viewer import Viewer, doubt, forget, identify
from shared.schemas.events import EventSummary

# Seconds between refreshes. With snapshots two seconds old at most, a registration is on screen within five. No two
# tabs have quite the same pace: those that waited for one snapshot would come together for ever after, all at once.
_PACE, _SPREAD = 2.5, 0.3
_OWN_PACE = "_pace"
# Pixels, about the height of what `_above` draws.
_FIRST_SCREEN = 640


def draw(laid: Desk) -> None:
    events.draw_refusal()
    if laid.event is None:
        _draw_no_events()
        return
    pace = actions.draw(laid.event, sees_addresses=laid.viewer.may_edit_on(laid.event.calendar.id))
    seconds = _seconds_between_refreshes(is_live=pace.is_live)
    # Both at one pace and in this order, so that the lower half follows the upper at once.
    st.fragment(_above, run_every=seconds)(laid.viewer, laid.event, pace.is_live)
    st.fragment(_below, run_every=seconds)(laid.event, pace.shows_names)


def _seconds_between_refreshes(*, is_live: bool) -> float | None:
    if attention.is_asleep():
        attention.draw_way_back()
        return attention.SLOW
    if _OWN_PACE not in st.session_state:
        st.session_state[_OWN_PACE] = round(_PACE + random.uniform(-_SPREAD, _SPREAD), 2)
    return st.session_state[_OWN_PACE] if is_live else None


def _above(viewer: Viewer, event: EventSummary, is_live: bool) -> None:
    """The first screen. It alone fetches: the part below draws what this part has shown."""
    attention.watch()
    _leave_when_signed_out(identify())
    outcome = _take(viewer, str(event.id))
    if isinstance(outcome, Failure):
        _draw_failure(outcome, viewer)
        return
    with st.container(key="above_old" if outcome.is_old else "above"):
        header.draw(outcome, is_live=is_live)
        suspicion.draw(outcome.stats)
        unreachable.draw(outcome.stats)
        tiles.draw(outcome)
        grid = st.grid(3, min_column_width=300, key="grid_above")
        is_empty = curve.is_empty(outcome.stats)
        by_day = actions.is_by_day()
        with grid.cell(column_span="all" if is_empty else 2):
            title = "Registrations per day" if by_day else "Registrations over time"
            card("curve", title, lambda: curve.draw(outcome.stats, by_day=by_day))
        if not is_empty:
            with grid.cell():
                card("audience", "Audience", lambda: bars.draw_audiences(outcome.stats))


def _take(viewer: Viewer, event_id: str) -> Screen | Failure:
    # The slot is there at every refresh, so that what follows keeps its position and is not drawn anew.
    slot = st.empty()
    if snapshots.shown(event_id) is None:
        slot.skeleton(height=_FIRST_SCREEN)
    outcome = snapshots.take(viewer, event_id)
    slot.empty()
    return outcome


def _below(event: EventSummary, shows_names: bool) -> None:
    screen = snapshots.shown(str(event.id))
    if screen is None:
        return
    with st.container(key="below_old" if screen.is_old else "below"):
        if curve.is_empty(screen.stats):
            _draw_mail_and_reminders(screen)
        else:
            _draw_below(screen, shows_names=shows_names)


def _draw_mail_and_reminders(screen: Screen) -> None:
    """Before the first registration: there is nobody to count yet, but what will be sent can be checked."""
    with st.grid(2, min_column_width=300, key="grid_empty"):
        card("mail", "Mail", lambda: mail.draw(screen.stats))
        card("reminders", "Reminders", lambda: reminders.draw(screen.stats))


def _draw_below(screen: Screen, *, shows_names: bool) -> None:
    grid = st.grid(3, min_column_width=300, key="grid_below")
    with grid.cell(column_span=2):
        card("map", "Where people join from", lambda: world_map.draw(screen.stats))
    with grid.cell():
        card("feed", "Latest registrations", lambda: feed.draw(screen, shows_names=shows_names))
    with grid.cell():
        card("mail", "Mail", lambda: mail.draw(screen.stats))
    with grid.cell():
        card("reminders", "Reminders", lambda: reminders.draw(screen.stats))
    with grid.cell():
        card("hours", "Local time at start", lambda: local_hours.draw(screen.stats))
    with grid.cell():
        card("countries", "Countries", lambda: bars.draw_countries(screen.stats))
    with grid.cell(column_span=2):
        card("sources", "What led people here", lambda: sources.draw(screen.stats))
    if screen.stats.questions:
        with grid.cell(column_span="all"):
            card("questions", "Answers", lambda: questions.draw(screen.stats))


def _leave_when_signed_out(outcome: Viewer | Failure) -> None:
    """Runs the whole page again, which ends the timers and shows the way back in."""
    if isinstance(outcome, Failure) and outcome.cause is Cause.SIGNED_OUT:
        forget()
        st.rerun()


def _draw_failure(failure: Failure, viewer: Viewer) -> None:
    if failure.cause is Cause.SIGNED_OUT:
        # The call may have gone out with the ended session of another viewer, whose cache we share.
        _leave_when_signed_out(doubt(viewer))
    elif failure.cause is Cause.FORBIDDEN:
        markup.notice("warning", "You have no access to this event", "Choose one of your own events instead.")
    elif failure.cause is Cause.NOT_FOUND:
        markup.notice("warning", "Event not found", "It may have been removed. Choose another event.")
    else:
        markup.notice("problem", "No data yet", f"{failure.title}. This page tries again by itself.")


def _draw_no_events() -> None:
    markup.notice(
        "note", "No events yet", "Paste an announcement to make the first one: the page for it is in the menu."
    )
