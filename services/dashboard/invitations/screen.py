"""The page itself: the list of who was invited, and the way to invite more."""

import streamlit as st

from services.dashboard import event_page, markup, said
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.invitations import inviting, nudging, pages, table
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.invitations import InvitationCounts

_VIEW, _COUNTS = "invitations_view", "_invitation_counts"
_LIST, _INVITE = "list", "invite"
_VIEWS = {_LIST: ":material/groups: The list", _INVITE: ":material/outgoing_mail: Invite people"}


def draw(laid: Desk) -> None:
    event = event_page.begin(laid, "Invitations")
    if event is None:
        return
    may_edit = laid.viewer.may_edit_on(event.calendar.id)
    view = _choose_view() if may_edit else _LIST
    if view == _INVITE:
        inviting.draw(laid.viewer, event)
    else:
        _draw_list(laid.viewer, event, may_edit=may_edit)


def _choose_view() -> str:
    view = st.segmented_control(
        "View",
        list(_VIEWS),
        default=_LIST,
        required=True,
        key=_VIEW,
        format_func=_VIEWS.__getitem__,
        label_visibility="collapsed",
    )
    return view or _LIST


def _draw_list(viewer: Viewer, event: EventSummary, *, may_edit: bool) -> None:
    held: tuple[str, InvitationCounts] | None = st.session_state.get(_COUNTS)
    counts = held[1] if held and held[0] == str(event.id) else None
    asked = table.wish(str(event.id), counts, sees_addresses=may_edit)
    slot = st.empty()
    if not pages.LIST.is_shown(asked):
        slot.skeleton(height=320)
    shown = pages.show(viewer, asked)
    slot.empty()
    if not isinstance(shown, Failure) and shown.page.counts != counts:
        # The numbers stand on what was drawn above, before they were known.
        st.session_state[_COUNTS] = (str(event.id), shown.page.counts)
        st.rerun()
    said.draw()
    if isinstance(shown, Failure):
        is_passing = shown.is_passing
        title = "No data yet" if is_passing else shown.title
        detail = f"{shown.title}. Load the page again in a moment." if is_passing else shown.detail
        markup.notice("problem" if is_passing else "warning", title, detail)
        return
    table.draw(viewer, event, shown, asked, may_edit=may_edit)
    if may_edit and shown.trouble is None:
        nudging.draw(viewer, event, shown.page.counts)
    elif not may_edit:
        markup.draw(markup.markup('<p class="pl-note">{words}</p>', words=nudging.pace(shown.page.counts)))
