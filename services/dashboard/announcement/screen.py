"""The page that takes an announcement in, shows what was understood, and publishes it."""

import streamlit as st

from services.dashboard import heading, markup
from services.dashboard.announcement import draft, from_nothing, intake, review
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.markup import Markup

_WAY, _PASTE, _EMPTY = "new_event_way", "Paste an announcement", "Start empty"


def _draw_ways_in(laid: Desk, refused: Failure | None) -> None:
    heading.draw(
        "New event", ["An announcement's title, date, programme and people become a draft that you check first."]
    )
    if refused is not None:
        intake.draw_failure(refused)
    if not intake.editable(laid.viewer):
        markup.notice("note", "You can look, not write", "Ask an owner of the calendar to make you an editor.")
        return
    way = st.segmented_control(
        "How", [_PASTE, _EMPTY], default=_PASTE, required=True, key=_WAY, label_visibility="collapsed"
    )
    if way == _EMPTY:
        from_nothing.draw(laid.viewer)
    else:
        intake.draw(laid.viewer)


def draw(laid: Desk) -> None:
    opened = draft.current(laid.viewer)
    if opened is None or isinstance(opened, Failure):
        _draw_ways_in(laid, opened)
        return
    with st.container(key="actions", horizontal=True, vertical_alignment="center"):
        markup.draw(Markup('<p class="pl-over">Check the draft</p>'), width="content")
        st.button("Paste another", key="paste_another", icon=":material/content_paste:", on_click=draft.close)
    review.draw(laid.viewer, opened)
