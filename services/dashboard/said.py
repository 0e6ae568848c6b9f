"""What became of an action, told once after it: where the organiser looks."""

from typing import NoReturn

import streamlit as st

from services.dashboard import markup
from services.dashboard.failures import Cause, Failure

_SAID = "_said"
_UNSURE = "It is not sure whether this was done. Load the page again and look."


def fail(failure: Failure, *, unsure: str = _UNSURE) -> NoReturn:
    """`unsure` is what to do where no answer came, since the action may have been done all the same."""
    say("problem", failure.title, unsure if failure.cause is Cause.UNREACHABLE else failure.detail)


def say(tone: str, title: str, detail: str = "") -> NoReturn:
    st.session_state[_SAID] = (tone, title, detail)
    st.rerun()
    raise AssertionError("a rerun ends the script")


def draw() -> None:
    told = st.session_state.pop(_SAID, None)
    if told:
        markup.notice(*told)
