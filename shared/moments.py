"""Days, clocks and places in words, for pages and mails alike: the same moment reads the same everywhere."""

import re
from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, get_timezone_location

from shared.translations import locale

# English is read all over the world here, and most of it writes the day before the month.
_DAY_FIRST = {"en": "en-GB"}
_YEAR_AT_END = re.compile(r"(\s*'[^']*')?\s*y+$")


def formats(language: str) -> Locale:
    """How a reader of the language writes dates and times."""
    return locale(_DAY_FIRST.get(language, language))


def full_day(day: date, form: Locale, *, with_year: bool = True) -> str:
    """ "Wednesday 22 July 2026"."""
    pattern = form.date_formats["full"].pattern.replace("EEEE,", "EEEE")
    return str(format_date(day, pattern if with_year else _YEAR_AT_END.sub("", pattern), locale=form))


def weekday(day: date, form: Locale) -> str:
    """ "Wed", where the full date stands nearby."""
    return str(format_date(day, "EEE", locale=form))


def clock_text(moment: datetime, form: Locale) -> str:
    """ "09:00", on the clock that the aware moment is given in."""
    if form.text_direction == "ltr":
        return f"{moment:%H:%M}"
    return str(format_skeleton("Hm", moment, tzinfo=moment.tzinfo, locale=form))


@lru_cache(maxsize=2048)
def place(zone: str, form: Locale) -> str:
    """The city a zone is named after, as its readers call it: "Nueva York" for America/New_York in Spanish."""
    if zone == "UTC":
        return zone
    return get_timezone_location(zone, locale=form, return_city=True).rpartition("/")[2]
