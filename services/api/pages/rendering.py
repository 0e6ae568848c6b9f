"""Templates become answers: one compiled environment for each language, and the headers every page has."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.api.headers import HEADERS
from services.api.pages.moments import utc_text
from services.api.pages.reader import Reader
from shared.settings import get_settings
from shared.translations import LANGUAGES, locale, translations

_TEMPLATES = Path(__file__).parent / "templates"
_STATIC = Path(__file__).parent / "static"
# What reads a page: HEAD is asked by link checkers and caches.
READING = ["GET", "HEAD"]
# Someone's own registration: neither kept by anything on the way, nor found by search, nor told to where links lead.
PRIVATE = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

# On top of that, of a page whose form leads into a room: browsers hold `form-action` against what an answer forwards to
# (CSP level 3, section 4.2.5), and rooms forward among addresses of their own.
LEADING_OUT = PRIVATE | {
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace(
        "form-action 'self'", "form-action 'self' https: http:"
    )
}


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so that no browser keeps an old one."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?{digest[:10]}"


@cache
def own_name(language: str) -> str:
    """What a language calls itself."""
    name = locale(language).get_display_name() or language
    return name[:1].upper() + name[1:]


@cache
def environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.globals |= {"asset": asset, "own_name": own_name, "utc": utc_text, "languages": LANGUAGES}
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    return made


def page(
    reader: Reader,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    settings = get_settings()
    written = environment(reader.language).get_template(template)
    text = written.render(reader=reader, site_name=settings.mail_name, site_url=settings.site_url, **values)
    common = {"Content-Language": reader.language, "Vary": "Accept-Language", "Cache-Control": "no-cache"}
    return HTMLResponse(text, status, headers=common | dict(headers or {}))
