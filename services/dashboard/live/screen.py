"""The Live page: what moves, in one fragment that draws one snapshot."""

import random
from typing import NamedTuple

import streamlit as st

from services.dashboard import door, event_page, events, snapshots
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.live import (
    actions,
    attention,
    bars,
    curve,
    feed,
    header,
    local_hours,
    mail,
    near,
    questions,
    reminders,
    sources,
    suspicion,
    tiles,
    unreachable,
    world_map,
)
from services.dashboard.live.actions import Pace
from services.dashboard.live.cards import card
from services.dashboard.snapshots import Screen
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.stats import Stats

# Seconds between refreshes. With snapshots two seconds old at most, a registration is on screen within five. No two
# tabs have quite the same pace: those that waited for one snapshot would come together for ever after, all at once.
_PACE, _PACE_NEAR, _SPREAD = 2.5, 2.0, 0.3
_OWN_OFFSET = "_pace_offset"
# Pixels, about the height of what `_draw_above` draws.
_FIRST_SCREEN = 640


class Manner(NamedTuple):
    """How the page is drawn around what a refresh draws; where it becomes another one, the whole page runs again."""

    is_stale: bool
    is_near: bool


def draw(laid: Desk) -> None:
    events.draw_refusal()
    if laid.event is None:
        event_page.draw_none(laid.viewer)
        return
    manner = _manner(snapshots.stats.shown(str(laid.event.id)))
    sees_addresses = laid.viewer.may_edit_on(laid.event.calendar.id)
    pace = actions.draw(laid.event, sees_addresses=sees_addresses, is_stale=manner.is_stale)
    seconds = _seconds_between_refreshes(is_live=pace.is_live, is_near=manner.is_near)
    st.fragment(_refresh, run_every=seconds)(laid.viewer, laid.event, pace, manner)


def _manner(screen: Screen[Stats] | None) -> Manner:
    if screen is None:
        return Manner(is_stale=False, is_near=False)
    return Manner(is_stale=screen.is_stale, is_near=near.is_near(screen.snapshot))


def _seconds_between_refreshes(*, is_live: bool, is_near: bool) -> float | None:
    if attention.is_asleep():
        attention.draw_way_back()
        return attention.SLOW
    if _OWN_OFFSET not in st.session_state:
        st.session_state[_OWN_OFFSET] = round(random.uniform(-_SPREAD, _SPREAD), 2)
    pace = _PACE_NEAR if is_near else _PACE
    return pace + st.session_state[_OWN_OFFSET] if is_live else None


def _refresh(viewer: Viewer, event: EventSummary, pace: Pace, drawn_in: Manner) -> None:
    attention.watch()
    door.keep_watch(viewer)
    screen = _take(viewer, str(event.id))
    if isinstance(screen, Failure):
        door.draw_no_data(screen, viewer)
        return
    if _manner(screen) != drawn_in:
        # The actions and the pace are outside of what a refresh may draw.
        st.rerun()
    suffix = "_old" if screen.is_old else ""
    with st.container(key=f"above{suffix}"):
        _draw_above(screen, is_live=pace.is_live)
    with st.container(key=f"below{suffix}"):
        if curve.is_empty(screen.snapshot):
            _draw_mail_and_reminders(screen.snapshot)
        else:
            _draw_below(screen, shows_names=pace.shows_names)


def _take(viewer: Viewer, event_id: str) -> Screen[Stats] | Failure:
    # The slot is there at every refresh, so that what follows keeps its position and is not drawn anew.
    slot = st.empty()
    if snapshots.stats.shown(event_id) is None:
        slot.skeleton(height=_FIRST_SCREEN)
    outcome = snapshots.stats.take(viewer, event_id)
    slot.empty()
    return outcome


def _draw_above(screen: Screen[Stats], *, is_live: bool) -> None:
    """The first screen."""
    stats = screen.snapshot
    header.draw(screen, is_live=is_live)
    suspicion.draw(stats)
    unreachable.draw(stats)
    near.draw(stats)
    tiles.draw(stats)
    grid = st.grid(3, min_column_width=300, key="grid_above")
    is_empty = curve.is_empty(stats)
    by_day = actions.is_by_day()
    with grid.cell(column_span="all" if is_empty else 2):
        title = "Registrations per day" if by_day else "Registrations over time"
        card("curve", title, lambda: curve.draw(stats, by_day=by_day))
    if not is_empty:
        with grid.cell():
            card("audience", "Audience", lambda: bars.draw_audiences(stats))


def _draw_mail_and_reminders(stats: Stats) -> None:
    """Before the first registration: there is nobody to count yet, but what will be sent can be checked."""
    with st.grid(2, min_column_width=300, key="grid_empty"):
        card("mail", "Mail", lambda: mail.draw(stats))
        card("reminders", "Reminders", lambda: reminders.draw(stats))


def _draw_below(screen: Screen[Stats], *, shows_names: bool) -> None:
    stats = screen.snapshot
    grid = st.grid(3, min_column_width=300, key="grid_below")
    with grid.cell(column_span=2):
        card("map", "Where people join from", lambda: world_map.draw(stats))
    with grid.cell():
        card("feed", "Latest registrations", lambda: feed.draw(screen, shows_names=shows_names))
    with grid.cell():
        card("mail", "Mail", lambda: mail.draw(stats))
    with grid.cell():
        card("reminders", "Reminders", lambda: reminders.draw(stats))
    with grid.cell():
        card("hours", "Local time at start", lambda: local_hours.draw(stats))
    with grid.cell():
        card("countries", "Countries", lambda: bars.draw_countries(stats))
    with grid.cell(column_span=2):
        card("sources", "What led people here", lambda: sources.draw(stats))
    if stats.questions:
        with grid.cell(column_span="all"):
            card("questions", "Answers", lambda: questions.draw(stats))
