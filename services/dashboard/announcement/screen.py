"""The page that takes an announcement in, shows what was understood, and publishes it."""

import streamlit as st

from services.dashboard import heading, markup
from services.dashboard.announcement import draft, intake, review
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.markup import Markup


def draw(laid: Desk) -> None:
    opened = draft.current(laid.viewer)
    if opened is None or isinstance(opened, Failure):
        heading.draw(
            "Paste an announcement", ["Its title, date, programme and people become a draft that you check first."]
        )
        if opened is not None:
            intake.draw_failure(opened)
        intake.draw(laid.viewer)
        return
    with st.container(key="actions", horizontal=True, vertical_alignment="center"):
        markup.draw(Markup('<p class="pl-over">Check the draft</p>'), width="content")
        st.button("Paste another", key="paste_another", icon=":material/content_paste:", on_click=draft.close)
    review.draw(laid.viewer, opened)
