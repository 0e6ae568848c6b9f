"""What an editor can do for one person: cancel, take up again, confirm, send the link, correct."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from services.dashboard import markup
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.registrations import asking, said
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer
from shared.schemas.registrations import RegistrationDetail
from shared.translations import LANGUAGES, language_name

_CORRECTABLE = ("name", "organisation", "city", "language")


def draw(viewer: Viewer, event: EventAnswer, person: RegistrationDetail) -> None:
    markup.draw(markup.markup('<h2 class="pl-card-title">What you can do</h2>'))
    with st.container(key="help_buttons", horizontal=True):
        if person.status == "cancelled":
            _button("Take up again", "undo", lambda: _take_up_again(viewer, person), primary=True)
        else:
            _draw_for_living(viewer, person)
    if person.status != "cancelled":
        _draw_correcting(viewer, person)


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


def _draw_correcting(viewer: Viewer, person: RegistrationDetail) -> None:
    with st.expander(
        "Correct name, organisation, city or language", icon=":material/edit:", key=f"correct_{person.id}"
    ):
        typed = _typed(person)
        changes = {name: typed[name] or None for name in _CORRECTABLE if (typed[name] or None) != getattr(person, name)}
        pressed = st.button("Save the correction", key="save_correction", icon=":material/save:", disabled=not changes)
        if pressed and changes:
            outcome = api().correct(viewer.token, str(person.id), changes)
            if not isinstance(outcome, Failure):
                said.good("Corrected")
            elif outcome.cause is Cause.REFUSED and outcome.fields:
                for name, message in outcome.fields.items():
                    markup.notice("problem", name.replace("_", " ").capitalize(), message)
            else:
                markup.notice("problem", outcome.title, outcome.detail)


def _typed(person: RegistrationDetail) -> dict[str, str]:
    """Kept by Streamlit until it is saved: a refusal loses nothing."""
    left, right = st.columns(2)
    key = str(person.id)
    with left:
        name = st.text_input("Name", person.name, key=f"correct_name_{key}", max_chars=200)
        city = st.text_input("City", person.city or "", key=f"correct_city_{key}", max_chars=200)
    with right:
        organisation = st.text_input(
            "Organisation", person.organisation or "", key=f"correct_organisation_{key}", max_chars=200
        )
        languages = sorted({*LANGUAGES, person.language}, key=lambda code: code != person.language)
        language = st.selectbox(
            "Language of their mails",
            languages,
            key=f"correct_language_{key}",
            format_func=lambda code: language_name(code, language="en"),
        )
    return {"name": name.strip(), "city": city.strip(), "organisation": organisation.strip(), "language": language}
