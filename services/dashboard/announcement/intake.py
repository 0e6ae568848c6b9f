"""Taking an announcement in: a text pasted or a file chosen, its format and its calendar."""

import streamlit as st

from services.dashboard import events, markup
from services.dashboard.announcement import draft
from services.dashboard.announcement.formats import NAMES, Format, decode, detect, of_file
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.viewer import EDITORS, Viewer
from shared.schemas.sessions import CalendarRole

_TEXT, _FILE, _FORMAT, _CALENDAR, _FAILURE = (
    "paste_text",
    "paste_file",
    "paste_format",
    "paste_calendar",
    "_paste_failure",
)


def draw(viewer: Viewer) -> None:
    calendars = editable(viewer)
    with st.container(border=True, key="card_intake"):
        st.file_uploader(
            "Announcement as a file", ["md", "txt", "html", "htm"], key=_FILE, on_change=_take_file, max_upload_size=1
        )
        st.text_area("Or paste its text", key=_TEXT, height=300, placeholder=_PLACEHOLDER)
        left, right = st.columns(2)
        with left:
            wish = st.selectbox("Format", [None, *Format], key=_FORMAT, format_func=_format_name)
        with right:
            calendar = choose_calendar(calendars, key=_CALENDAR)
        pressed = st.button("Read the announcement", key="read", type="primary", icon=":material/auto_stories:")
    if pressed:
        _read(viewer, wish, calendar)


_PLACEHOLDER = (
    "Title\n\nThursday 22 July 2027, 3.00 pm (CEST)\n\nIntroduction, programme, speakers, who should attend …"
)


def _format_name(wish: Format | None) -> str:
    return NAMES[wish] if wish else "Detect automatically"


def editable(viewer: Viewer) -> list[CalendarRole]:
    """The calendars in which this organiser may make events."""
    return [calendar for calendar in viewer.me.calendars if calendar.role in EDITORS]


def choose_calendar(calendars: list[CalendarRole], *, key: str) -> CalendarRole:
    if len(calendars) == 1:
        return calendars[0]
    by_slug = {calendar.slug: calendar for calendar in calendars}
    slug = st.selectbox("Calendar", list(by_slug), key=key, format_func=lambda slug: by_slug[slug].title)
    return by_slug[slug]


def _take_file() -> None:
    """Puts a chosen file's text where it can be read and corrected before it is sent."""
    file = st.session_state[_FILE]
    if file is not None:
        st.session_state[_TEXT] = decode(file.getvalue())
        st.session_state[_FORMAT] = of_file(file.name)


def _read(viewer: Viewer, wish: Format | None, calendar: CalendarRole) -> None:
    text: str = st.session_state[_TEXT]
    if not text.strip():
        markup.notice("warning", "There is no text yet", "Paste the announcement, or choose a file.")
        return
    outcome = api().import_announcement(viewer.token, text, media_type=wish or detect(text), calendar=calendar.slug)
    if isinstance(outcome, Failure):
        draw_failure(outcome)
        return
    events.renew()
    draft.open_imported(outcome)
    st.rerun()


def draw_failure(failure: Failure) -> None:
    """In the API's own words, field by field where it names fields."""
    if failure.cause is Cause.UNREACHABLE:
        markup.notice("problem", failure.title, "Nothing was changed. Try again in a moment.")
        return
    markup.notice("problem", failure.title, failure.detail)
    for field, message in failure.fields.items():
        if message:
            markup.notice("warning", field.replace("_", " ").capitalize(), message)
