"""Adding one person who asked in another way: by telephone, at a desk, in a mail."""

import streamlit as st

from services.dashboard import markup
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.fields import note, problem, title
from services.dashboard.registrations import answer_fields, said
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer
from shared.territories import countries
from shared.translations import LANGUAGES, language_name

_FIELDS = ("name", "address", "organisation", "city", "country", "audience", "language", "consent")
_NEEDED = {
    "name": "A name is needed.",
    "address": "An e-mail address is needed.",
    "consent": "Without it the registration cannot be kept.",
}
_FAILURE, _ROUND = "_adding_failure", "_adding_round"


def draw(viewer: Viewer, event: EventAnswer) -> None:
    failure: Failure | None = st.session_state.get(_FAILURE)
    with st.container(border=True, key="card_add"):
        markup.draw(title("Add someone"))
        note("They get the same mail as if they had registered themselves. Works while registration is closed, too.")
        person = _typed(event, failure.fields if failure else {})
        if failure:
            _draw_failure(failure)
        if st.button("Add", key="add_person", type="primary", icon=":material/person_add:"):
            _add(viewer, event, person)


def _typed(event: EventAnswer, wrong: dict[str, str] | object) -> dict[str, object]:
    messages = wrong if isinstance(wrong, dict) else {}
    left, right = st.columns(2)
    with left:
        name = _text("Name", "name", messages)
        organisation = _text("Organisation (optional)", "organisation", messages)
        country = st.selectbox(
            "Country (optional)",
            [None, *countries("en")],
            key=_key("country"),
            format_func=lambda code: countries("en")[code] if code else "not known",
        )
    with right:
        address = _text("E-mail address", "address", messages)
        city = _text("City (optional)", "city", messages)
        language = st.selectbox(
            "Language of their mails",
            list(LANGUAGES),
            key=_key("language"),
            format_func=lambda code: language_name(code, language="en"),
        )
    audience = _audience(event, messages)
    answers = _answers(event, messages)
    consent = st.checkbox("They agreed that this event's organisers keep these details", key=_key("consent"))
    problem(messages.get("consent", ""))
    known = {"organisation": organisation, "city": city, "country": country}
    given = {field: value for field, value in known.items() if value}
    return {"name": name, "address": address, **given, **audience, **answers, "language": language, "consent": consent}


def _text(label: str, name: str, wrong: dict[str, str]) -> str:
    typed = st.text_input(label, key=_key(name), max_chars=254 if name == "address" else 200)
    problem(wrong.get(name, ""))
    return typed.strip()


def _audience(event: EventAnswer, wrong: dict[str, str]) -> dict[str, str]:
    if not event.audiences:
        return {}
    chosen = st.selectbox(
        "Audience (optional)",
        [None, *event.audiences],
        key=_key("audience"),
        format_func=lambda name: markup.label(name) if name else "not known",
    )
    problem(wrong.get("audience", ""))
    return {"audience": chosen} if chosen else {}


def _answers(event: EventAnswer, wrong: dict[str, str]) -> dict[str, object]:
    """Nothing must be answered here: an organiser enters what is known."""
    if not event.questions:
        return {}
    with st.expander("Answers to the questions (optional)", icon=":material/quiz:", key=_key("answers")):
        typed = answer_fields.draw(event.questions, _key("answer"), given={}, wrong=wrong)
    given = {key: value for key, value in typed.items() if value is not None}
    return {"answers": given} if given else {}


def _draw_failure(failure: Failure) -> None:
    if failure.cause is Cause.UNREACHABLE:
        markup.notice("problem", failure.title, "It is not sure whether they were added. Look for them in the list.")
    elif not {name.partition(".")[0] for name in failure.fields} & {*_FIELDS, "answers"}:
        markup.notice("problem", failure.title, failure.detail)


def _add(viewer: Viewer, event: EventAnswer, person: dict[str, object]) -> None:
    missing = {name: words for name, words in _NEEDED.items() if not person[name]}
    if missing:
        st.session_state[_FAILURE] = Failure(Cause.REFUSED, "Something is missing", fields=missing)
        st.rerun()
    outcome = api().add_registration(viewer.token, str(event.id), person)
    if isinstance(outcome, Failure):
        st.session_state[_FAILURE] = outcome
        st.rerun()
    _empty()
    if outcome.is_new is False:
        said.say("note", "Registered already", "The address was there before, and nothing has changed.")
    where = (
        "They have a place" if outcome.status == "confirmed" else "The event is full, so they are on the waiting list"
    )
    said.good("Added", f"{where}. A mail tells them.")


def _key(name: str) -> str:
    """Fields of the next person are new ones, since drawn ones cannot be emptied."""
    return f"add_{name}_{st.session_state.get(_ROUND, 0)}"


def _empty() -> None:
    st.session_state.pop(_FAILURE, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
