"""The page "Session": who has joined while it runs, what is asked, and asking those who are missing."""

import streamlit as st

from services.dashboard import door, event_page, formatting, markup, said
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.formatting import count, percent
from services.dashboard.live import attention
from services.dashboard.live.cards import card
from services.dashboard.live_session import chart, missing, questions, snapshot
from services.dashboard.markup import Markup
from services.dashboard.snapshots import Screen
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.live_session import LiveSession

# Seconds between refreshes of the tiles, and of what lies below them.
_PACE, _PACE_BELOW = 2.0, 10.0
_WORDS = {
    "early": "This page comes to life an hour before the start.",
    "no-date": "The event has no date yet.",
    "called-off": "The event does not take place as planned.",
    "on-site": "People come to a place: nobody joins by a link, so nothing is counted here.",
}


def draw(laid: Desk) -> None:
    event = event_page.begin(laid, "Session", viewer_zone=st.context.timezone)
    if event is None:
        return
    said.draw()
    above, below = (_PACE, _PACE_BELOW) if not attention.is_asleep() else (attention.SLOW, attention.SLOW)
    if above == attention.SLOW:
        attention.draw_way_back()
    st.fragment(_above, run_every=above)(laid.viewer, event)
    st.fragment(_below, run_every=below)(event)
    may_edit = laid.viewer.may_edit_on(event.calendar.id)
    missing.draw(laid.viewer, event, may_edit=may_edit)
    questions.draw(laid.viewer, event, may_edit=may_edit)


def _above(viewer: Viewer, event: EventSummary) -> None:
    attention.watch()
    door.keep_watch(viewer)
    outcome = snapshot.session.take(viewer, str(event.id))
    if isinstance(outcome, Failure):
        door.draw_no_data(outcome, viewer)
        return
    with st.container(key="above_old" if outcome.is_old else "above"):
        _draw_freshness(outcome)
        _draw_tiles(outcome.snapshot)


def _draw_freshness(screen: Screen[LiveSession]) -> None:
    if screen.trouble is not None:
        since = formatting.clock_time(screen.arrived_at)
        markup.notice("warning", screen.trouble.title, f"These numbers are from {since}; they stay until it answers.")


def _draw_tiles(now: LiveSession) -> None:
    share = now.joined / now.confirmed if now.confirmed else 0
    expected = now.expected
    with st.grid(5, min_column_width=150, key="session_tiles"):
        _tile("Joined", count(now.joined), f"{percent(min(1, share))} of {count(now.confirmed)} confirmed")
        _tile("Last 5 minutes", count(now.last_five_minutes), "came in")
        if expected is not None:
            _tile("Expected", count(expected.mid), f"{count(expected.low)}–{count(expected.high)} likely")
        else:
            _tile("Expected", "–", f"not enough history: {now.history_events} of 3 events")
        _tile("Missing", count(now.not_joined), f"{count(now.unreachable)} without a working link")
        _tile("Questions", count(now.questions_new), f"{count(now.questions_answered)} answered")
    markup.draw(markup.markup('<p class="pl-summary">{words}</p>', words=summary(now)))


def _tile(name: str, value: str, note: str) -> None:
    st.metric(name, value, delta=note, delta_color="gray", delta_arrow="off", border=True)


def summary(now: LiveSession) -> str:
    """The tiles as a sentence, for those who hear the page."""
    if now.phase in _WORDS:
        return _WORDS[now.phase]
    verb = "joined" if now.phase == "over" else "have joined"
    came = f"{count(now.joined)} of {count(now.confirmed)} {verb} through their own links"
    return f"{came}, {count(now.not_joined)} have not."


def _below(event: EventSummary) -> None:
    screen = snapshot.session.shown(str(event.id))
    if screen is None:
        return
    with st.container(key="below_old" if screen.is_old else "below"):
        if screen.snapshot.phase in {"early", "doors"}:
            card("checklist", "Before it starts", lambda: markup.draw(checklist(screen.snapshot)))
        with st.grid(3, min_column_width=300, key="grid_session") as grid:
            with grid.cell(column_span=2):
                card("joins", "Coming in", lambda: chart.draw(screen.snapshot))
            with grid.cell():
                card("joined_audience", "By audience", lambda: chart.draw_audiences(screen.snapshot))


def checklist(now: LiveSession) -> Markup:
    zone = now.event.time_zone or "UTC"
    opens = formatting.moment_in(now.opens_at, zone) if now.opens_at else "at a time not known"
    lines = [
        ("good", "✓", f"The room is named; it opens {opens}.")
        if now.has_room
        else ("warning", "!", "No room is named yet: name it under Registration settings, a minute before is enough."),
        ("warning", "!", f"{count(now.unreachable)} have no working link: see Mail.")
        if now.unreachable
        else ("good", "✓", "Everybody with a place could be reached."),
        ("note", "i", f"{count(now.questions_new)} questions were sent in before it starts."),
    ]
    entries = (
        markup.markup(
            '<li class="pl-{tone}"><span class="pl-mark" aria-hidden="true">{sign}</span> {words}</li>',
            tone=tone,
            sign=sign,
            words=words,
        )
        for tone, sign, words in lines
    )
    return markup.markup('<ul class="pl-checklist">{entries}</ul>', entries=markup.join(entries))
