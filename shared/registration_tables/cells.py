"""What a cell says about a person: countries, languages and zones as people write them.

What is not understood is given back as it was, so that the rules of a registration say what is wrong with it.
"""

from collections.abc import Iterable
from functools import cache

from babel.core import get_global

from shared.sheets import folded
from shared.territories import countries, is_country
from shared.timezones import zone_names
from shared.translations import LANGUAGES, locale

# Where two languages disagree about a name, the earlier one is right.
_READ_IN = (
    "en", "es", "fr", "de", "it", "pt", "ca", "nl", "gl", "eu", "pl", "cs", "sv", "da", "nb", "fi", "el", "ro",
    "hu", "tr", "ru", "uk", "ar", "he", "hi", "id", "ja", "ko", "zh", "zh-Hant",
)  # fmt: skip
_ALSO_CALLED = {
    "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB",
    "britain": "GB", "gran bretana": "GB", "inglaterra": "GB", "escocia": "GB", "grande bretagne": "GB",
    "angleterre": "GB", "estados unidos de america": "US", "etats unis d amerique": "US",
    "united states of america": "US", "u s a": "US", "u s": "US", "ee uu": "US", "eeuu": "US", "u k": "GB",
    "holland": "NL", "holanda": "NL", "hollande": "NL", "the netherlands": "NL", "espanya": "ES", "euskadi": "ES",
    "republica checa": "CZ", "czech republic": "CZ", "republica dominicana": "DO", "macedonia": "MK",
    "swaziland": "SZ", "ivory coast": "CI", "cote d ivoire": "CI", "burma": "MM", "birmania": "MM", "turkey": "TR",
    "republic of korea": "KR", "corea": "KR", "korea": "KR", "republic of ireland": "IE",
    "republica de irlanda": "IE", "people s republic of china": "CN", "russian federation": "RU", "viet nam": "VN",
    "palestine": "PS", "palestina": "PS", "mejico": "MX", "hong kong": "HK", "macau": "MO", "macao": "MO",
    "holy see": "VA", "vaticano": "VA", "vatican": "VA", "uae": "AE", "emiratos arabes": "AE", "drc": "CD",
    "rd congo": "CD", "dr congo": "CD", "moldova republic of": "MD", "iran islamic republic of": "IR",
    "syrian arab republic": "SY", "tanzania united republic of": "TZ",
}  # fmt: skip
_OTHER_LANGUAGE_NAMES = {"castellano": "es", "castilian": "es", "castilla": "es", "espanol castellano": "es"}


@cache
def _country_names() -> dict[str, str]:
    """Folded name or older code to ISO 3166 alpha-2."""
    found: dict[str, str] = {}
    for code, replaced_by in get_global("territory_aliases").items():
        if len(replaced_by) == 1 and is_country(replaced_by[0]):
            found[folded(code)] = replaced_by[0]
    for language in _READ_IN:
        for code, name in countries(language).items():
            found.setdefault(folded(name), code)
    return _ALSO_CALLED | found


def country(text: str) -> str | None:
    """ISO 3166 alpha-2 of a name in many languages, or of a code of two letters, three letters or three digits."""
    if len(text) == 2 and is_country(text.upper()):
        return text.upper()
    return _country_names().get(folded(text))


@cache
def _language_names() -> dict[str, str]:
    found = dict(_OTHER_LANGUAGE_NAMES)
    for language in _READ_IN:
        for code, name in locale(language).languages.items():
            found.setdefault(folded(str(name)), code)
    return found


def language(text: str) -> str | None:
    """One of the languages we write in; None for another language that there is; the text itself for what is none."""
    tag = text.replace("_", "-").partition("-")[0].strip().lower()
    code = tag if tag in locale("en").languages else _language_names().get(folded(text.partition("(")[0]))
    if code is None:
        return text
    main = code.partition("_")[0]
    return main if main in LANGUAGES else None


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


def time_zone(text: str) -> str:
    return _zones().get(text.strip().replace(" ", "_").casefold(), text)


def one_of(text: str, names: Iterable[str]) -> str:
    """The name that the text means, whatever its case and accents."""
    wanted = folded(text)
    return next((name for name in names if folded(name) == wanted), text)
