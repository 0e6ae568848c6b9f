"""The templates of the mails, compiled once per process: one file of words per kind, laid out as HTML and as text.

An organisation's own templates, in a folder that the settings name, go before ours; one that fails gives way to ours.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from shared.settings import get_settings
from shared.translations import locale, translations

log = structlog.get_logger()

# Of the private use area: around a gap for a reader's own words (`shared.mail.patterns`).
GAP_BEGINS, GAP_ENDS = "\ue000", "\ue001"
_MESSAGES = Path(__file__).parent / "messages"
# "15:00–16:30" and "(Madrid, UTC+2)": each is read as one thing.
_UNBROKEN = re.compile(r"\d{1,2}:\d{2}–\d{1,2}:\d{2}|\([^()]{1,40}\)")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n+")


class Form(StrEnum):
    HTML = "html"
    TEXT = "text"


def render(form: Form, kind: str, language: str, words: Mapping[str, Any]) -> str:
    """The whole body in one form. Raises UndefinedError for a name that nobody set, rather than leave a hole."""
    body = _rendered(form, kind, language, words, lambda template: template.render(words))
    return body if form is Form.HTML else _EMPTY_LINES.sub("\n\n", body).strip() + "\n"


def render_block(kind: str, block: str, language: str, words: Mapping[str, Any]) -> str:
    """One block of a kind as one line of plain text, such as what its subject says."""

    def of(template: Template) -> str:
        context = template.new_context(dict(words))
        # Whatever a template extends adds its own blocks before it writes its first word.
        next(iter(template.root_render_func(context)), None)
        return "".join(context.blocks[block][0](context))

    return " ".join(_rendered(Form.TEXT, kind, language, words, of).split())


def _rendered(
    form: Form, kind: str, language: str, words: Mapping[str, Any], render_with: Callable[[Template], str]
) -> str:
    """With the organisation's own template where there is one; with ours alone where that one cannot be used.

    A mail never stays behind for a template: neither for its syntax, nor for a name it does not know.
    """
    name, folder = f"{kind}.jinja", get_settings().mail_templates_dir
    if folder is not None:
        try:
            body = render_with(_environment(form, language, folder).get_template(name))
            _require_whole(body, words)
        except Exception as problem:
            # Whatever an own template does wrong; its text is a file of the operator's, so the message tells of nobody.
            line = getattr(problem, "lineno", None)
            log.error("mail.template_broken", kind=kind, form=form.value, line=line, error=_told(problem))
        else:
            return body
    return render_with(_environment(form, language, None).get_template(name))


def _told(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]


def _require_whole(body: str, words: Mapping[str, Any]) -> None:
    """What differs from reader to reader is a gap at this point: a filter that changes it would leave it for good."""
    gaps = [word for word in words.values() if isinstance(word, str) and word.startswith(GAP_BEGINS)]
    for gap in gaps:
        body = body.replace(gap, "")
    if gaps and GAP_BEGINS in body:
        raise ValueError("a name that differs from reader to reader was changed by a filter; put it in as it is")


def direction(language: str) -> str:
    return locale(language).text_direction


@cache
def _environment(form: Form, language: str, own_folder: Path | None) -> Environment:
    """Both forms read the words of a kind from the same file; what they extend and import lies in their own folder.

    Under `ours/` ours are always found, so that an own template can build on the one it replaces.
    """
    ours = FileSystemLoader([_MESSAGES / form, _MESSAGES])
    own = [FileSystemLoader([own_folder / form, own_folder])] if own_folder else []
    environment = Environment(
        loader=ChoiceLoader([*own, ours, PrefixLoader({"ours": ours})]),
        extensions=["jinja2.ext.i18n"],
        autoescape=form is Form.HTML,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {"language": language, "direction": direction(language), "direction_of": direction}
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
