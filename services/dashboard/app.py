"""The script behind every page: who is signed in, which event is chosen, and the way to the pages."""

from pathlib import Path
from typing import Literal

import streamlit as st

from services.dashboard import desk, door, events, look
from services.dashboard.failures import Failure
from services.dashboard.viewer import Viewer, identify

_HERE = Path(__file__).parent


def main() -> None:
    st.set_page_config("Plenary", page_icon=_HERE / "static" / "icon.png", layout="wide", initial_sidebar_state=288)
    st.logo(_HERE / "static" / "icon.png", size="large")
    look.dress()
    viewer = identify()
    if isinstance(viewer, Failure):
        st.navigation([_page("live.py", "Plenary", ":material/monitoring:", default=True)], position="hidden")
        door.draw(viewer)
        return
    page = _navigation(viewer)
    listed = events.mine(viewer)
    if isinstance(listed, Failure):
        door.draw(listed)
        return
    with st.sidebar:
        event = events.choose(viewer, listed)
        door.draw_sign_out(viewer)
    if events.wants_live():
        st.switch_page(desk.LIVE)
    desk.lay(desk.Desk(viewer, event, listed))
    page.run()


def _navigation(viewer: Viewer) -> st.Page:
    """What this organiser may do is offered; pages that are not shown say why to who has their address."""
    event = [
        _page("live.py", "Live", ":material/monitoring:", default=True),
        _page("session.py", "Session", ":material/podium:"),
        _page("registrations.py", "Registrations", ":material/groups:"),
        _page("invitations.py", "Invitations", ":material/outgoing_mail:"),
        _page("mail.py", "Mail", ":material/mail:"),
        _page("compare.py", "Compare", ":material/stacked_line_chart:"),
        _page("edit.py", "Edit event", ":material/edit:", shown=viewer.may_edit),
        _page("registration.py", "Registration settings", ":material/tune:"),
    ]
    organisation = [
        _page("events.py", "All events", ":material/event:"),
        _page("new.py", "New event", ":material/add_circle:", shown=viewer.may_edit),
        _page("team.py", "Team", ":material/badge:"),
        _page("audit.py", "Audit", ":material/history:", shown=viewer.owns_any),
        _page("settings.py", "Settings", ":material/settings:", shown=viewer.may_edit),
        _page("system.py", "System", ":material/dns:", shown=viewer.me.is_operator),
    ]
    return st.navigation({"Event": event, "Organisation": organisation}, expanded=True)


# A folder called "pages" would make Streamlit look for a navigation of its own in it.
def _page(name: str, title: str, icon: str, *, default: bool = False, shown: bool = True) -> st.Page:
    visibility: Literal["visible", "hidden"] = "visible" if shown else "hidden"
    return st.Page(_HERE / "screens" / name, title=title, icon=icon, default=default, visibility=visibility)


main()
