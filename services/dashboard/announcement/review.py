"""Checking a draft: what was understood beside what is doubtful, the decisions it needs, and publishing it."""

import streamlit as st

from services.dashboard import events, formatting, heading, markup
from services.dashboard.announcement import draft, facts, pasted, start
from services.dashboard.announcement.intake import draw_failure
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.live.header import state
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.events import EventAnswer
from shared.schemas.remarks import Reading, Remark, Weight

_SAID = "_review_said"


def draw(viewer: Viewer, event: EventAnswer) -> None:
    heading.draw(event.title, badges=[state(event, clock.now())])
    _draw_what_was_said()
    understood, decisions = st.columns([3, 2], gap="medium")
    with understood:
        facts.draw(event)
        pasted.draw(viewer, event, draft.remarks(event))
    with decisions:
        remarks = draft.remarks(event)
        for number, remark in enumerate(r for r in remarks if r.weight is Weight.DOUBT):
            _draw_doubt(viewer, event, remark, number)
        if event.state == "draft":
            _draw_start(viewer, event)
            _draw_places(viewer, event)
        _draw_publishing(viewer, event)
        _draw_rest([remark for remark in remarks if remark.weight is not Weight.DOUBT])


def _draw_doubt(viewer: Viewer, event: EventAnswer, remark: Remark, number: int) -> None:
    with st.container(border=True, key=f"card_doubt_{number}"):
        markup.draw(remark_box(remark))
        if remark.readings:
            _draw_readings(viewer, event, remark, number)


def _draw_readings(viewer: Viewer, event: EventAnswer, remark: Remark, number: int) -> None:
    by_key = {reading.key: reading for reading in remark.readings}
    keys = list(by_key)
    suggested = next((i for i, reading in enumerate(remark.readings) if reading.suggested), 0)
    key = st.radio(
        "When does it start?",
        keys,
        index=suggested,
        key=f"reading_{event.id}_{number}",
        format_func=lambda key: markup.label(by_key[key].label),
        captions=[_caption(reading) for reading in remark.readings],
    )
    if st.button("Use this time", type="primary", key=f"use_{number}", icon=":material/schedule:"):
        _change(viewer, event, {"reading": key}, "The start is settled.")


def _caption(reading: Reading) -> str:
    """The instant without any doubt, and the event's clock; made of typed values only."""
    there = formatting.moment_in(reading.starts_at, reading.time_zone)
    words = there if reading.time_zone == "UTC" else f"{there}, which is {formatting.clock_time(reading.starts_at)}"
    return markup.label(f"{words} (suggested)" if reading.suggested else words)


def _draw_start(viewer: Viewer, event: EventAnswer) -> None:
    changes = start.draw(event)
    if changes is not None:
        _change(viewer, event, changes, "The start is saved.")


def _draw_places(viewer: Viewer, event: EventAnswer) -> None:
    with st.container(border=True, key="card_places"):
        markup.draw(Markup('<h2 class="pl-card-title">Places</h2>'))
        is_limited = st.toggle("Limit the number of places", value=event.places is not None, key=f"limited_{event.id}")
        places = None
        if is_limited:
            places = st.number_input(
                "Places", min_value=1, max_value=1_000_000, value=event.places or 100, key=f"places_{event.id}"
            )
        if places != event.places and st.button("Save places", key="save_places", icon=":material/save:"):
            _change(viewer, event, {"places": places}, "The places are saved.")


def _draw_publishing(viewer: Viewer, event: EventAnswer) -> None:
    with st.container(border=True, key="card_publish"):
        if event.state != "draft":
            _draw_published(event)
            return
        markup.draw(
            Markup(
                '<h2 class="pl-card-title">Publish</h2><p class="pl-empty">The event gets its public page, and people '
                "can register.</p>"
            )
        )
        if st.button("Publish", key="publish", type="primary", icon=":material/campaign:", width="stretch"):
            _publish(viewer, event)


def _draw_published(event: EventAnswer) -> None:
    markup.notice("good", "Published", "People can register now.")
    st.link_button("Open the public page", event.url, icon=":material/open_in_new:", width="stretch")
    st.button(
        "Watch registrations live",
        key="watch",
        type="primary",
        icon=":material/monitoring:",
        width="stretch",
        on_click=_watch,
        args=(str(event.id),),
    )


def _watch(event_id: str) -> None:
    draft.close()
    events.turn_to(event_id)


def _draw_rest(remarks: list[Remark]) -> None:
    if not remarks:
        return
    with st.container(border=True, key="card_remarks"):
        markup.draw(Markup('<h2 class="pl-card-title">Remarks</h2>'))
        markup.draw(markup.join(remark_box(remark) for remark in remarks))


_TONES = {
    Weight.DOUBT: ("warning", "?", "To decide"),
    Weight.NOTE: ("note", "i", "Note"),
    Weight.IGNORED: ("quiet", "–", "Ignored"),
}


def remark_box(remark: Remark) -> Markup:
    tone, sign, weight = _TONES[remark.weight]
    excerpt = markup.markup("<blockquote>{text}</blockquote>", text=remark.excerpt) if remark.excerpt else Markup()
    return markup.markup(
        '<div class="pl-remark pl-{tone}"><span class="pl-sign" aria-hidden="true">{sign}</span>'
        "<div><strong>{weight}</strong><p>{message}</p>{excerpt}</div></div>",
        tone=tone,
        sign=sign,
        weight=weight,
        message=remark.message,
        excerpt=excerpt,
    )


def _change(viewer: Viewer, event: EventAnswer, changes: dict[str, object], said: str) -> None:
    _conclude(viewer, event, api().edit(viewer.token, event, changes), said)


def _publish(viewer: Viewer, event: EventAnswer) -> None:
    _conclude(viewer, event, api().publish(viewer.token, str(event.id)), "")


def _conclude(viewer: Viewer, event: EventAnswer, outcome: EventAnswer | Failure, said: str) -> None:
    """Draws a refusal where the button was pressed; otherwise the page again, with what has changed."""
    if isinstance(outcome, Failure) and outcome.cause is Cause.OUTDATED:
        draft.reload(viewer, event.id)
        said = "Somebody else has changed this draft. This is its newest version; please decide again."
    elif isinstance(outcome, Failure):
        draw_failure(outcome)
        return
    else:
        draft.keep(outcome)
    st.session_state[_SAID] = said
    st.rerun()


def _draw_what_was_said() -> None:
    said = st.session_state.pop(_SAID, "")
    if said:
        markup.notice("good", said)
