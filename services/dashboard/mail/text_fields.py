"""Subject and introduction of a mail, language by language, with what they may name and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from services.dashboard import markup
from services.dashboard.fields import note, problem, start_with
from services.dashboard.mail.names import EXAMPLE, NAMES
from shared.schemas.events import EventAnswer
from shared.translations import LANGUAGES, language_name

_PARTS = ("subject", "introduction")
_LONGEST = {"subject": 200, "introduction": 10_000}


@dataclass(frozen=True)
class Written:
    """The language that is worked on, what stands in its fields, and where to say what is wrong with each."""

    language: str
    text: tuple[str, str]
    slots: Mapping[str, Any]

    def say(self, wrong: Mapping[str, str]) -> None:
        """Errors of the API at the field they name, such as `text.introduction` or `texts.es.subject`."""
        for part, slot in self.slots.items():
            words = next((said for name, said in wrong.items() if self._is_about(name, part)), "")
            if words:
                with slot:
                    problem(words)

    def _is_about(self, name: str, part: str) -> bool:
        parts = name.split(".")
        languages = {*LANGUAGES, self.language} & set(parts)
        return parts[-1] == part and languages <= {self.language}


def names(wrong: Mapping[str, str]) -> set[str]:
    """Those of the API's errors that stand at a field of this kind."""
    return {name for name in wrong if name.rpartition(".")[2] in _PARTS}


def languages_of(event: EventAnswer) -> list[str]:
    """The event's own first: it is what readers of a language without a text get."""
    return [event.text_language, *(code for code in LANGUAGES if code != event.text_language)]


def draw(event: EventAnswer, key: str, texts: dict[str, tuple[str, str]], *, about: str) -> Written:
    """Changes `texts` to what is typed. `key` tells these fields from others of the kind; `about` follows a kind."""
    _take_typed(event, key, texts)
    language = _choose_language(event, key, texts)
    typed: dict[str, str] = {}
    slots = {}
    for part, value in zip(_PARTS, texts.get(language, ("", "")), strict=True):
        widget = start_with(f"text_{part}_{language}_{key}", value)
        typed[part] = _field(part, widget)
        slots[part] = st.empty()
    text = (typed["subject"], typed["introduction"])
    note(_what_follows(event, language, texts, about))
    _draw_names(key)
    return Written(language, text, slots)


def _take_typed(event: EventAnswer, key: str, texts: dict[str, tuple[str, str]]) -> None:
    """What the fields hold by now, before anything is drawn that says which languages have a text."""
    for language in languages_of(event):
        keys = [f"text_{part}_{language}_{key}" for part in _PARTS]
        if not all(name in st.session_state for name in keys):
            continue
        subject, introduction = (st.session_state[name] or "" for name in keys)
        if subject.strip() or introduction.strip():
            texts[language] = (subject, introduction)
        else:
            texts.pop(language, None)


def _choose_language(event: EventAnswer, key: str, texts: Mapping[str, tuple[str, str]]) -> str:
    offered = languages_of(event)
    chosen = st.segmented_control(
        "Language of the text",
        offered,
        default=offered[0],
        required=True,
        key=f"text_language_{key}",
        format_func=lambda code: f"{language_name(code, language='en')}{' ✓' if code in texts else ''}",
        label_visibility="collapsed",
    )
    return chosen or offered[0]


def _field(part: str, key: str) -> str:
    if part == "subject":
        return st.text_input(
            "Subject (optional)", key=key, max_chars=_LONGEST[part],
            help="In place of ours; the event's title and date follow it.",
        ) or ""  # fmt: skip
    return st.text_area(
        "Introduction (optional)",
        key=key,
        max_chars=_LONGEST[part],
        height=160,
        help="Stands on top of the mail. Markdown: **bold**, lists, [links](https://example.org).",
    ) or ""  # fmt: skip


def _what_follows(event: EventAnswer, language: str, texts: Mapping[str, tuple[str, str]], about: str) -> str:
    if language in texts:
        return "Facts, links and the footer follow by themselves."
    if event.text_language in texts and language != event.text_language:
        own = language_name(event.text_language, language="en")
        return f"Empty: readers of this language get the text in {own}, and everything else in theirs."
    return f"Empty: {about}"


def _draw_names(key: str) -> None:
    with st.expander("Names you can use", icon=":material/data_object:", key=f"names_{key}"):
        rows = (
            markup.markup("<div><dt><code>{name}</code></dt><dd>{meaning}</dd></div>",
                          name=f"{{{{ {name} }}}}", meaning=meaning)
            for name, meaning in NAMES.items()
        )  # fmt: skip
        markup.draw(markup.markup('<dl class="pl-facts pl-names">{rows}</dl>', rows=markup.join(rows)))
        note("A name that a mail does not know stays empty there. Write what depends on one like this:")
        st.code(EXAMPLE, language=None, wrap_lines=True)
