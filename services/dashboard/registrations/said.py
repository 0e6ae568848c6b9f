"""What became of an action, told once after it: where the organiser looks."""

from typing import NoReturn

import streamlit as st

from services.dashboard import events, markup, snapshots
from services.dashboard.failures import Cause, Failure
from services.dashboard.registrations import pages

_SAID = "_registrations_said"


def good(title: str, detail: str = "") -> NoReturn:
    """It is done: the list and the numbers are fetched anew."""
    pages.renew()
    events.renew()
    snapshots.renew()
    say("good", title, detail)


def fail(failure: Failure) -> NoReturn:
    detail = failure.detail
    if failure.cause is Cause.UNREACHABLE:
        detail = "It is not sure whether this was done. Refresh the list and look."
    say("problem", failure.title, detail)


def say(tone: str, title: str, detail: str = "") -> NoReturn:
    st.session_state[_SAID] = (tone, title, detail)
    st.rerun()
    raise AssertionError("a rerun ends the script")


def draw() -> None:
    said = st.session_state.pop(_SAID, None)
    if said:
        markup.notice(*said)
    if st.query_params.get("export") == "failed":
        st.query_params.pop("export")
        markup.notice("problem", "The export could not be made", "The service is not answering. Try again in a moment.")
