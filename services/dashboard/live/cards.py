"""A card: a titled frame whose content may fail without taking the page with it."""

import logging
from collections.abc import Callable

import streamlit as st

from services.dashboard import markup

_log = logging.getLogger(__name__)


def card(name: str, title: str, draw: Callable[[], None]) -> None:
    with st.container(border=True, key=f"card_{name}", height="stretch"):
        markup.draw(markup.markup('<h2 class="pl-card-title">{title}</h2>', title=title))
        try:
            draw()
        except Exception:
            # One card that cannot be drawn is no reason to withhold the others.
            _log.exception("card.failed name=%s", name)
            markup.notice("warning", "This card could not be drawn", "The other numbers on this page are not affected.")
