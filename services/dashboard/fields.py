"""Fields that keep what is typed in a draft, and say beneath what it means or what is wrong with it."""

from typing import Any

import streamlit as st

from services.dashboard import markup
from services.dashboard.drafts import Draft
from services.dashboard.markup import Markup


def start_with(key: str, value: Any) -> str:
    """Streamlit forgets a field that was not drawn for a while; the form does not. Returns the key."""
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def note(words: str) -> None:
    """What a field means, in quiet words."""
    markup.draw(markup.markup('<p class="pl-note">{words}</p>', words=words))


def warning(words: str) -> None:
    markup.draw(
        markup.markup(
            '<p class="pl-note pl-note-warning" role="status"><span aria-hidden="true">!</span>{words}</p>', words=words
        )
    )


def problem(words: str) -> None:
    if words:
        markup.draw(
            markup.markup(
                '<p class="pl-note pl-note-problem" role="alert"><span aria-hidden="true">!</span>{words}</p>',
                words=words,
            )
        )


def problem_of(form: Draft, name: str) -> None:
    problem(form.problem(name))


def title(words: str) -> Markup:
    return markup.markup('<h2 class="pl-card-title">{words}</h2>', words=words)
