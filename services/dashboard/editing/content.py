"""What an event's page says: texts and lists."""

import streamlit as st

from services.dashboard.editing.event_draft import EventDraft
from services.dashboard.fields import note, problem_of, start_with
from services.dashboard.live.cards import card
from shared.translations import LANGUAGES, language_name

_OFTEN = ("en", "es", "fr", "ca", "pt", "de", "it", "nl", "pl", "ar", "zh", "ja", "ru", "uk", "el", "tr", "hi")


def draw(draft: EventDraft) -> None:
    with st.grid(2, min_column_width=330, key="grid_content") as grid:
        with grid.cell(column_span="all"):
            card("content_title", "Title and introduction", lambda: _draw_texts(draft))
        with grid.cell():
            card("content_lists", "Contents and audiences", lambda: _draw_lists(draft))
        with grid.cell():
            card("content_facts", "Facts", lambda: _draw_facts(draft))


def _draw_texts(draft: EventDraft) -> None:
    left, right = st.columns([3, 1])
    with left:
        _text(draft, "title", "Title", longest=500)
    with right:
        _text(draft, "form", "Kind of event", longest=200, help="Webinar, conference, working meeting …")
    key = start_with(draft.key("introduction"), draft.typed["introduction"] or "")
    typed = st.text_area("Introduction", key=key, height=190, max_chars=20_000)
    draft.typed["introduction"] = typed.strip() or None
    note("Markdown: a blank line between paragraphs, **bold**, [links](https://…), lists with -.")
    problem_of(draft, "introduction")


def _draw_lists(draft: EventDraft) -> None:
    _lines(draft, "contents", "Contents, one a line", height=150)
    _lines(draft, "audiences", "Who should attend, one group a line", height=130)
    note("Registrants choose one of these groups, and the numbers are shown by them.")
    _lines(draft, "hosts", "Hosts, one a line", height=90)


def _lines(draft: EventDraft, name: str, label: str, *, height: int) -> None:
    key = start_with(draft.key(name), "\n".join(draft.typed[name]))
    draft.typed[name] = [
        line.strip() for line in st.text_area(label, key=key, height=height).splitlines() if line.strip()
    ]
    problem_of(draft, name)


def _draw_facts(draft: EventDraft) -> None:
    _languages(draft)
    own = start_with(draft.key("text_language"), draft.typed["text_language"])
    draft.typed["text_language"] = st.selectbox(
        "Language of these texts",
        [*dict.fromkeys([draft.typed["text_language"], *LANGUAGES])],
        key=own,
        format_func=_name,
    )
    _text(
        draft,
        "location",
        "Place",
        longest=500,
        help="An address, or “Online”. The room's link belongs into Registration settings.",
    )
    free = start_with(draft.key("is_free"), draft.typed["is_free"] is not False)
    draft.typed["is_free"] = _kept(draft, "is_free", st.toggle("Free of charge", key=free), untouched=True)
    if draft.typed["is_free"] is False:
        _text(draft, "price_text", "Price, in words", longest=500)
    everyone = start_with(draft.key("is_open_to_all"), draft.typed["is_open_to_all"] is not False)
    shown = st.toggle("Open to everybody", key=everyone)
    draft.typed["is_open_to_all"] = _kept(draft, "is_open_to_all", shown, untouched=True)


def _kept(draft: EventDraft, name: str, shown: bool, *, untouched: bool) -> bool | None:
    """What nobody has said stays unsaid while the toggle is left alone."""
    before: bool | None = draft.as_read(draft.base)[name]
    return None if before is None and shown == untouched else shown


def _languages(draft: EventDraft) -> None:
    offered = list(dict.fromkeys([*draft.typed["languages"], *_OFTEN]))
    key = start_with(draft.key("languages"), list(draft.typed["languages"]))
    draft.typed["languages"] = st.multiselect("Languages of the event", offered, key=key, format_func=_name)
    problem_of(draft, "languages")


def _name(code: str) -> str:
    return language_name(code, language="en")


def _text(draft: EventDraft, name: str, label: str, *, longest: int, help: str | None = None) -> None:
    key = start_with(draft.key(name), draft.typed[name] or "")
    typed = st.text_input(label, key=key, max_chars=longest, help=help).strip()
    # A title cannot be taken away: the API says so where it is.
    draft.typed[name] = typed if typed or name == "title" else None
    problem_of(draft, name)
