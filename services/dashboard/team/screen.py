"""The page "Team": who works on the calendar, and one's own access."""

import streamlit as st

from services.dashboard import calendar_choice, heading, markup, said
from services.dashboard.api_client import api
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.team import access, adding, members, new_calendar, tokens

_VIEW = "team_view"
_VIEWS = {"members": ":material/groups: Who works here", "me": ":material/key: My access"}


def draw(laid: Desk) -> None:
    heading.draw("Team", ["Who may do what on a calendar, and how you yourself get in."])
    view = st.segmented_control(
        "View",
        list(_VIEWS),
        default="members",
        required=True,
        key=_VIEW,
        format_func=_VIEWS.__getitem__,
        label_visibility="collapsed",
    )
    said.draw()
    if view == "me":
        access.draw(laid.viewer)
        tokens.draw(laid.viewer)
        return
    calendar = calendar_choice.choose(laid.viewer)
    if calendar is None:
        markup.notice("note", "You work on no calendar", "Ask an owner of one to add you.")
    else:
        found = api().members(laid.viewer.token, calendar.slug)
        if isinstance(found, Failure):
            markup.notice("problem", found.title, found.detail or "Load the page again in a moment.")
        else:
            members.draw(laid.viewer, calendar, found.members)
            if calendar.role == "owner":
                adding.draw(laid.viewer, calendar)
    if laid.viewer.owns_any or laid.viewer.me.is_operator:
        new_calendar.draw(laid.viewer)
