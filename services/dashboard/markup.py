"""The one way for other people's text to reach the screen: as text.

What registrants type and what was pasted from an announcement is hostile until escaped. Streamlit reads most labels
as Markdown, where an image is a request to somebody else's server.
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Literal

import streamlit as st

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# All of it but what names are written with.
_MEANING = re.compile(r"[!-&*+/:-@\[-`{-~]")
# What makes a bare address (GitHub Flavored Markdown 0.29 section 6.9), and a character without width to break it.
_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_SIGNS = {"good": "✓", "note": "i", "warning": "!", "problem": "!"}


class Markup(str):
    """HTML that may be drawn: our own tags around escaped texts. Only this module's functions make it."""

    __slots__ = ()


def markup(template: str, **parts: object) -> Markup:
    """A template of ours with texts put in escaped; parts that are markup already go in as they are."""
    return Markup(template.format(**{name: _escaped(part) for name, part in parts.items()}))


def join(parts: Iterable[Markup], between: str = "") -> Markup:
    return Markup(between.join(parts))


def label(foreign: str) -> str:
    """For widget labels, which are Markdown: a backslash makes ASCII punctuation literal (CommonMark 0.31 section 2.4).

    Bare addresses become links in spite of backslashes, so they are broken where nobody sees it.
    """
    return _PUNCTUATION.sub(r"\\\1", _unlinked(foreign))


def heard(foreign: str) -> str:
    """For labels that are heard and not seen: without the signs that mean something in Markdown, not with backslashes,
    which would be read out."""
    return _unlinked(_MEANING.sub(" ", foreign))


def _unlinked(foreign: str) -> str:
    return _ADDRESS.sub(lambda found: _WORD_JOINER.join(found[0]) + _WORD_JOINER, " ".join(foreign.split()))


def draw(content: Markup, *, width: Literal["stretch", "content"] = "stretch") -> None:
    if content:
        st.html(content, width=width)


def notice(tone: str, title: str, detail: str = "") -> None:
    """A box with a sign, a fact and what to do. `tone` is good, note, warning or problem."""
    role = "alert" if tone == "problem" else "status"
    rest = markup("<p>{detail}</p>", detail=detail) if detail else Markup()
    draw(
        markup(
            '<div class="pl-notice pl-{tone}" role="{role}"><span class="pl-sign" aria-hidden="true">{sign}</span>'
            "<div><strong>{title}</strong>{rest}</div></div>",
            tone=tone,
            role=role,
            sign=_SIGNS[tone],
            title=title,
            rest=rest,
        )
    )


def _escaped(part: object) -> str:
    return part if isinstance(part, Markup) else escape(str(part))
