"""Texts in the reader's language: gettext catalogues read straight from the .po files, and CLDR formats."""

from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "plenary"
# The source texts are English; a language is offered when its catalogue is complete (a test holds them to that).
SOURCE_LANGUAGE = "en"
LANGUAGES = ("en", "es", "fr")


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; the English texts for one we do not have."""
    path = CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if language not in LANGUAGES or not path.is_file():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def best_language(accept_language: str | None, *, fallback: str = SOURCE_LANGUAGE) -> str:
    """The offered language a browser likes best (RFC 9110 section 12.5.4)."""
    return _best_language((accept_language or "")[:500], fallback)


@lru_cache(maxsize=1_000)  # Browsers of one kind all say the same.
def _best_language(accept_language: str, fallback: str) -> str:
    wishes = []
    for order, entry in enumerate(accept_language.split(",")):
        tag, _, weight = entry.strip().partition(";q=")
        wishes.append((-_quality(weight), order, tag.strip().lower().partition("-")[0]))
    return next((tag for quality, _, tag in sorted(wishes) if quality < 0 and tag in LANGUAGES), fallback)


def _quality(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0


@cache
def locale(language: str) -> Locale:
    """CLDR data for dates, numbers and names of a language or a tag such as `pt-BR`; English where there is none."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(SOURCE_LANGUAGE)


def language_name(code: str, *, language: str) -> str:
    """What `code` is called by someone who reads `language`."""
    name = locale(language).languages.get(code.partition("-")[0])
    return name if name else code
