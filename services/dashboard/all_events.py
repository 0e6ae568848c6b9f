"""The page of all events: one row each, that leads to its live screen."""

from urllib.parse import urlencode

import streamlit as st

from services.dashboard import events, formatting, heading, markup
from services.dashboard.cookies import ROOT
from services.dashboard.desk import Desk
from services.dashboard.formatting import count
from services.dashboard.live.header import state
from services.dashboard.markup import Markup
from shared import clock
from shared.schemas.events import EventSummary

_HEADINGS = ("Event", "State", "Start", "Registered", "Places")


def draw(laid: Desk) -> None:
    heading.draw("All events")
    if not laid.events:
        markup.notice("note", "No events yet", "Paste an announcement to make the first one.")
        return
    with st.container(border=True, key="card_events"):
        markup.draw(table(events.in_order(laid.events)))


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
        '<td data-name="Registered">{registered}</td><td data-name="Places">{places}</td></tr>',
        address=f"{ROOT}/?{urlencode({events.CHOSEN: str(event.id)})}",
        title=event.title,
        calendar=event.calendar.title,
        state=state(event, clock.now()),
        start=start(event),
        registered=count(event.registered) if event.registered is not None else "–",
        places=count(event.places) if event.places is not None else "No limit",
    )


def start(event: EventSummary) -> Markup:
    if event.starts_at is None or event.time_zone is None or event.starts_at_local is None:
        return Markup("not settled")
    return markup.markup(
        "<span>{moment} <small>{place}</small></span>",
        moment=f"{event.starts_at_local:%a %-d %b %Y, %H:%M}",
        place=formatting.place(event.starts_at, event.time_zone),
    )
