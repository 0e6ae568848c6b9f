"""The page of all events: what is to come, drafts and what is over; each row leads to its live screen."""

from urllib.parse import urlencode

import streamlit as st

from services.dashboard import desk, door, event_page, events, formatting, heading, markup
from services.dashboard.cookies import ROOT
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.formatting import count, percent
from services.dashboard.live.header import state
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.events import EventSummary

_HEADINGS = ("Event", "State", "Start", "Registered", "Last 14 days")
# Seconds between refreshes.
_PACE = 60
# Fewer than these are found by looking.
_WORTH_SEARCHING = 10


def draw(laid: Desk) -> None:
    heading.draw("All events")
    if not laid.events:
        event_page.draw_none(laid.viewer)
    words = ""
    with st.container(key="events_bar", horizontal=True, vertical_alignment="bottom"):
        if len(laid.events) > _WORTH_SEARCHING:
            words = st.text_input("Search", key="events_search", placeholder="Part of a title", width=320)
        if laid.viewer.may_edit and st.button("New event", type="primary", icon=":material/add_circle:"):
            st.switch_page(desk.NEW)
    st.fragment(_draw_lists, run_every=_PACE)(laid.viewer, laid.events, words or "")


def _draw_lists(viewer: Viewer, last: list[EventSummary], words: str) -> None:
    door.keep_watch(viewer)
    found = events.mine(viewer)
    listed = last if isinstance(found, Failure) else found
    if isinstance(found, Failure):
        markup.notice("warning", found.title, "This is the list as it was last seen.")
    wanted = [event for event in listed if words.casefold() in event.title.casefold()]
    groups = {
        "To come": [event for event in wanted if not event.is_over and event.state != "draft"],
        "Drafts": [event for event in wanted if not event.is_over and event.state == "draft"],
        "Over": [event for event in reversed(wanted) if event.is_over],
    }
    for name, group in groups.items():
        if group:
            with st.container(border=True, key=f"card_events_{name[:2].lower()}"):
                markup.draw(markup.markup('<h2 class="pl-card-title">{name}</h2>', name=name))
                markup.draw(table(group))
    if listed and not wanted:
        markup.notice("note", "No event is called like that", "Search for less.")


def table(listed: list[EventSummary]) -> Markup:
    headings = markup.join(markup.markup('<th scope="col">{name}</th>', name=name) for name in _HEADINGS)
    return markup.markup(
        '<table class="pl-events"><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>',
        headings=headings,
        rows=markup.join(_row(event) for event in listed),
    )


def _row(event: EventSummary) -> Markup:
    return markup.markup(
        '<tr><th scope="row"><a href="{address}" target="_self">{title}</a><small>{calendar}</small></th>'
        '<td data-name="State">{state}</td><td data-name="Start">{start}</td>'
        '<td data-name="Registered">{registered}</td><td data-name="Last 14 days">{trend}</td></tr>',
        address=f"{ROOT}/?{urlencode({events.CHOSEN: str(event.id)})}",
        title=event.title,
        calendar=event.calendar.title,
        state=state(event, clock.now()),
        start=start(event),
        registered=_registered(event),
        trend=sparkline(event.trend or []),
    )


def _registered(event: EventSummary) -> Markup:
    """In words, and as a bar of the places there are."""
    if event.registered is None:
        return Markup("–")
    if not event.places:
        return markup.markup("{number} <small>no limit</small>", number=count(event.registered))
    share = event.registered / event.places
    return markup.markup(
        '{number} of {places} <small>{percent} full</small><span class="pl-fill{full}" aria-hidden="true">'
        '<i style="width:{width}"></i></span>',
        number=count(event.registered),
        places=count(event.places),
        percent=percent(share),
        full=" pl-full" if share >= 1 else "",
        width=f"{min(1, share):.0%}",
    )


def sparkline(days: list[int]) -> Markup:
    """New registrations a day, the last one on the right; the numbers themselves are what is heard."""
    if not any(days):
        return Markup('<span class="pl-quiet-text">none</span>')
    highest = max(days)
    bars = (
        markup.markup('<i style="height:{height}"></i>', height=f"{max(4, 100 * number / highest):.0f}%")
        for number in days
    )
    return markup.markup(
        '<span class="pl-spark" role="img" aria-label="{words}">{bars}</span><small>{total} new</small>',
        words=f"New registrations a day: {', '.join(map(str, days))}",
        bars=markup.join(bars),
        total=count(sum(days)),
    )


def start(event: EventSummary) -> Markup:
    if event.starts_at is None or event.time_zone is None or event.starts_at_local is None:
        return Markup("not settled")
    return markup.markup(
        "<span>{moment} <small>{place}</small></span>",
        moment=f"{event.starts_at_local:%a %-d %b %Y, %H:%M}",
        place=formatting.place(event.starts_at, event.time_zone),
    )
