"""What an editor can do for one person: cancel, take up again, confirm, send the link, correct."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from services.dashboard import asking, markup
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.registrations import correcting, said
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer
from shared.schemas.registrations import RegistrationDetail


def draw(viewer: Viewer, event: EventAnswer, person: RegistrationDetail) -> None:
    markup.draw(markup.markup('<h2 class="pl-card-title">What you can do</h2>'))
    with st.container(key="help_buttons", horizontal=True):
        if person.status == "cancelled":
            _button("Take up again", "undo", lambda: _take_up_again(viewer, person), primary=True)
        else:
            _draw_for_living(viewer, person)
    if person.status != "cancelled":
        correcting.draw(viewer, event, person)


def _draw_for_living(viewer: Viewer, person: RegistrationDetail) -> None:
    if person.status in {"pending", "offered"}:
        words = "Confirm for them" if person.status == "pending" else "Take the place for them"
        _button(words, "check", lambda: _confirm(viewer, person), primary=True)
    _button("Send the link again", "forward_to_inbox", lambda: _send_link(viewer, person))
    _button("Cancel registration …", "person_remove", lambda: asking.ask("cancel", person.id))

    if asking.is_open("cancel", person.id):
        _ask_whether_to_cancel(viewer, person)


def _button(words: str, icon: str, action: Callable[[], None], *, primary: bool = False) -> None:
    kind: Any = "primary" if primary else "secondary"
    if st.button(words, key=f"help_{icon}", icon=f":material/{icon}:", type=kind):
        action()


def _take_up_again(viewer: Viewer, person: RegistrationDetail) -> None:
    outcome = api().take_up_again(viewer.token, str(person.id))
    if isinstance(outcome, Failure):
        said.fail(outcome)
    elif outcome.status == "confirmed":
        said.good("Taken up again", "They have a place, and a mail tells them.")
    else:
        said.good("Taken up again", "They are on the waiting list, and a mail tells them.")


def _confirm(viewer: Viewer, person: RegistrationDetail) -> None:
    outcome = api().confirm(viewer.token, str(person.id))
    if isinstance(outcome, Failure):
        said.fail(outcome)
    else:
        where = "have a place" if outcome.status == "confirmed" else "are on the waiting list"
        said.good("Confirmed", f"They {where}, and a mail tells them.")


def _send_link(viewer: Viewer, person: RegistrationDetail) -> None:
    outcome = api().send_link(viewer.token, str(person.id))
    if isinstance(outcome, Failure):
        said.fail(outcome)
    elif outcome.is_new:
        said.good("The link is on its way", "It goes to the address of this registration only.")
    else:
        said.say("note", "Sent already", "It is sent once an hour at most. Ask them to look among unwanted mail.")


@st.dialog("Cancel this registration?", icon=":material/person_remove:", on_dismiss=asking.put_away)
def _ask_whether_to_cancel(viewer: Viewer, person: RegistrationDetail) -> None:
    st.text(person.name)
    gives_back = "Their place goes to whoever waits longest. " if person.status in {"confirmed", "offered"} else ""
    st.write(f"{gives_back}They are told by mail. For half an hour it can be undone with the old place in the order.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep_registration", on_click=asking.put_away):
            st.rerun()
        if st.button("Cancel registration", key="really_cancel", type="primary"):
            asking.put_away()
            failure = api().cancel_registration(viewer.token, str(person.id))
            if failure:
                said.fail(failure)
            said.good("Cancelled", "They are told by mail. Take it up again below if this was a mistake.")
