"""Which question stands open before something is done that cannot be undone by looking away."""

from collections.abc import Hashable

import streamlit as st

_OPEN = "_asking"


def ask(what: str, about: Hashable) -> None:
    """Open the question. Whoever draws it finds it open until it is answered or put away."""
    st.session_state[_OPEN] = (what, about)


def is_open(what: str, about: Hashable) -> bool:
    return bool(st.session_state.get(_OPEN) == (what, about))


def put_away() -> None:
    st.session_state.pop(_OPEN, None)
