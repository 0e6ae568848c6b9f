"""The templates of the mails, compiled once per process: one file of words per kind, laid out as HTML and as text."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from shared.translations import locale, translations

_MESSAGES = Path(__file__).parent / "messages"
# "15:00–16:30" and "(Madrid, UTC+2)": each is read as one thing.
_UNBROKEN = re.compile(r"\d{1,2}:\d{2}–\d{1,2}:\d{2}|\([^()]{1,40}\)")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n+")


class Form(StrEnum):
    HTML = "html"
    TEXT = "text"


def render(form: Form, kind: str, language: str, words: Mapping[str, Any]) -> str:
    """The whole body in one form. Raises UndefinedError for a name that nobody set, rather than leave a hole."""
    body = _environment(form, language).get_template(f"{kind}.jinja").render(words)
    return body if form is Form.HTML else _EMPTY_LINES.sub("\n\n", body).strip() + "\n"


def render_block(kind: str, block: str, language: str, words: Mapping[str, Any]) -> str:
    """One block of a kind as one line of plain text, such as what its subject says."""
    template = _environment(Form.TEXT, language).get_template(f"{kind}.jinja")
    return " ".join("".join(template.blocks[block](template.new_context(dict(words)))).split())


def direction(language: str) -> str:
    return locale(language).text_direction


@cache
def _environment(form: Form, language: str) -> Environment:
    """Both forms read the words of a kind from the same file; what they extend and import lies in their own folder."""
    environment = Environment(
        loader=FileSystemLoader([_MESSAGES / form, _MESSAGES]),
        extensions=["jinja2.ext.i18n"],
        autoescape=form is Form.HTML,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {"language": language, "direction": direction(language)}
    environment.filters |= _FILTERS[form]
    return environment


def _one_line(text: str, language: str | None = None) -> str:
    return " ".join(text.split())


def _isolated(text: str, language: str | None = None) -> Markup:
    """What people wrote keeps its own direction, and its language, inside our sentences (HTML, the bdi element)."""
    if language is None:
        return Markup("<bdi>{}</bdi>").format(_one_line(text))
    return Markup('<bdi lang="{}">{}</bdi>').format(language, _one_line(text))


def _unlinked(text: str, url: str | None) -> str:
    return _one_line(text)


def _linked(text: str, url: str | None) -> Markup:
    """The text, with the link in it working."""
    if url is None:
        return _isolated(text)
    before, _, after = _one_line(text).partition(url)
    anchor = Markup('<a href="{0}" class="link" style="color:#0B6E6E">{0}</a>').format(url)
    return Markup("<bdi>{}{}{}</bdi>").format(escape(before), anchor, escape(after))


def _unbroken(moment: str) -> Markup:
    """No line ends inside a time, or between a place and its offset."""
    return Markup(_UNBROKEN.sub(r'<span style="white-space:nowrap">\g<0></span>', str(escape(moment))))


_FILTERS: dict[Form, dict[str, Callable[..., str]]] = {
    Form.HTML: {"said": _isolated, "linked": _linked, "moment": _unbroken},
    Form.TEXT: {"said": _one_line, "linked": _unlinked, "moment": str},
}
