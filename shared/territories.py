"""Countries and their names, from CLDR."""

from functools import cache

from shared.translations import locale

# CLDR lists groupings and reserved codes beside the countries of ISO 3166.
_NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


@cache
def countries(language: str) -> dict[str, str]:
    """ISO 3166 alpha-2 code to name, sorted by name as a reader of that language expects."""
    names = {
        code: name
        for code, name in locale(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    }
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))


def is_country(code: str) -> bool:
    return code in countries("en")


def country_name(code: str | None, *, language: str) -> str | None:
    return countries(language).get(code) if code else None
