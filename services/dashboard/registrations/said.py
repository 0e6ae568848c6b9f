"""What became of an action for somebody registered, with the list and the numbers fetched anew."""

from typing import NoReturn

import streamlit as st

from services.dashboard import events, markup, said, snapshots
from services.dashboard.failures import Failure
from services.dashboard.registrations import pages
from services.dashboard.said import say

__all__ = ["draw", "fail", "good", "say"]


def good(title: str, detail: str = "") -> NoReturn:
    """It is done: the list and the numbers are fetched anew."""
    pages.LIST.renew()
    events.renew()
    snapshots.stats.renew()
    say("good", title, detail)


def fail(failure: Failure) -> NoReturn:
    said.fail(failure, unsure="It is not sure whether this was done. Refresh the list and look.")


def draw() -> None:
    said.draw()
    if st.query_params.get("export") == "failed":
        st.query_params.pop("export")
        markup.notice("problem", "The export could not be made", "The service is not answering. Try again in a moment.")
