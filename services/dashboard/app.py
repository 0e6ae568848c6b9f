"""The script behind every page: who is signed in, which event is chosen, and the way to the pages."""

from pathlib import Path

import streamlit as st

from services.dashboard import desk, door, events, look
from services.dashboard.failures import Failure
from services.dashboard.viewer import identify

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
    page = _navigation()
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


def _navigation() -> st.Page:
    return st.navigation(
        [
            _page("live.py", "Live", ":material/monitoring:", default=True),
            _page("registrations.py", "Registrations", ":material/groups:"),
            _page("invitations.py", "Invitations", ":material/outgoing_mail:"),
            _page("mail.py", "Mail", ":material/mail:"),
            _page("registration.py", "Registration settings", ":material/tune:"),
            _page("paste.py", "Paste an announcement", ":material/content_paste:"),
            _page("all_events.py", "All events", ":material/event:"),
        ]
    )


# A folder called "pages" would make Streamlit look for a navigation of its own in it.
def _page(name: str, title: str, icon: str, *, default: bool = False) -> st.Page:
    return st.Page(_HERE / "screens" / name, title=title, icon=icon, default=default)


main()
