"""What the script behind every page has found out, for the page that it then runs."""

from dataclasses import dataclass

import streamlit as st

from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary

_DESK = "_desk"
LIVE, NEW, EDIT, ALL_EVENTS = "screens/live.py", "screens/new.py", "screens/edit.py", "screens/events.py"
REGISTRATIONS, REGISTRATION, MAIL = "screens/registrations.py", "screens/registration.py", "screens/mail.py"


@dataclass(frozen=True)
class Desk:
    """`event` is None where the organiser has none yet."""

    viewer: Viewer
    event: EventSummary | None
    events: list[EventSummary]


def lay(desk: Desk) -> None:
    st.session_state[_DESK] = desk


def mine() -> Desk:
    desk: Desk = st.session_state[_DESK]
    return desk
