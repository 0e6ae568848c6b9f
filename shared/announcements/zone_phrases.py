"""Finds what a text says about its time zone: an abbreviation, an offset, a place, or a name spelled out."""

import re
from dataclasses import dataclass

from shared.announcements.places import zone_of_place
from shared.announcements.wording import alternation, folded, phrase
from shared.timezones import ABBREVIATIONS, GENERIC, is_zone

# Lower case is understood only where the letters are no word of English, French or Spanish.
_NO_WORDS = {
    "cet",
    "cest",
    "gmt",
    "utc",
    "bst",
    "edt",
    "pdt",
    "cdt",
    "aest",
    "aedt",
    "sast",
    "nzst",
    "nzdt",
    "jst",
    "wib",
}
_SPELLED_OUT = {
    "central european summer time": "CEST",
    "central european standard time": "CET",
    "central european time": "CET/CEST",
    "heure d'europe centrale": "CET/CEST",
    "heure de l'europe centrale": "CET/CEST",
    "hora central europea": "CET/CEST",
    "hora de europa central": "CET/CEST",
    "eastern european time": "EET/EEST",
    "western european time": "WET/WEST",
    "british summer time": "Europe/London",
    "greenwich mean time": "GMT",
    "coordinated universal time": "UTC",
    "universal time": "UTC",
    "temps universel coordonne": "UTC",
    "temps universel": "UTC",
    "tiempo universal coordinado": "UTC",
    "eastern standard time": "EST",
    "eastern daylight time": "EDT",
    "eastern time": "ET",
    "us eastern": "ET",
    "heure de l'est": "ET",
    "hora del este": "ET",
    "central standard time": "CST",
    "central daylight time": "CDT",
    "central time": "CT",
    "mountain time": "MT",
    "pacific standard time": "PST",
    "pacific daylight time": "PDT",
    "pacific time": "PT",
    "hora del pacifico": "PT",
    "heure du pacifique": "PT",
    "indian standard time": "Asia/Kolkata",
    "india standard time": "Asia/Kolkata",
    "irish standard time": "Europe/Dublin",
    "irish time": "Europe/Dublin",
    "israel standard time": "Asia/Jerusalem",
    "east africa time": "EAT",
    "central africa time": "CAT",
    "west africa time": "WAT",
    "south africa standard time": "SAST",
    "japan standard time": "JST",
    "singapore time": "SGT",
    "hong kong time": "HKT",
    "british time": "Europe/London",
    "hora peninsular espanola": "Europe/Madrid",
    "hora peninsular": "Europe/Madrid",
    "hora espanola": "Europe/Madrid",
    "hora canaria": "Atlantic/Canary",
    "heure francaise": "Europe/Paris",
    "heure belge": "Europe/Brussels",
    "heure suisse": "Europe/Zurich",
    "hora colombiana": "America/Bogota",
    "hora argentina": "America/Argentina/Buenos_Aires",
    "hora chilena": "America/Santiago",
    "hora peruana": "America/Lima",
}
_SIGN = r"(?P<sign>[+\-–−]|plus |minus )"
_OFFSET = re.compile(
    rf"(?:utc|gmt|tu)(?:\s?/\s?(?:utc|gmt))?\s?{_SIGN}\s?(?P<hours>\d{{1,2}})(?::?(?P<minutes>[0-5]\d))?(?![\d:])"
)
_BOTH = re.compile(
    r"(?P<first>[cew]et|e[sd]t|c[sd]t|m[sd]t|p[sd]t)\s?/\s?(?:[cew]est|e[sd]t|c[sd]t|m[sd]t|p[sd]t)(?![^\W_])|ce\(s\)t"
)
_NAMED = re.compile(rf"(?:{alternation(','.join(_SPELLED_OUT))})(?![^\W_])")
_ABBREVIATION = re.compile(
    rf"(?:{alternation(','.join([*ABBREVIATIONS, *(g for g in GENERIC if '/' not in g)]))})(?![^\W_]|['’])", re.I
)
_IANA = re.compile(r"[A-Z][A-Za-z_]+/[A-Z][A-Za-z_/-]+")
_PLACE = r"(?P<place>[^\W\d_][^\W\d_.'-]*(?:[ .'-]{1,2}[^\W\d_]+){0,3})"
_PLACE_TIME = re.compile(
    r"(?P<place>[^\W\d_][^\W\d_.'-]*(?:[ .'-]{1,2}[^\W\d_]+){0,3}?)\.?\s(?:local\s)?time(?![^\W_])"
)
_TIME_OF_PLACE = re.compile(
    rf"(?:heure\s(?:locale\s?)?|hora\s(?:local\s?|oficial\s?)?|(?:local\s)?time\s|local\s)[,(]?\s?(?:(?:de la|de|"
    rf"du|d'|des|del|en|a|in|at)\s?)?[(]?{_PLACE}"
)
_LOOSE_PLACE = re.compile(rf"(?:in\s|a\s|en\s)?{_PLACE}(?=\s?[)\],/;.|]|$)")


@dataclass(frozen=True)
class ZonePhrase:
    """What was said (`stated`, in the words `shared.timezones` understands) and where in the text."""

    stated: str
    start: int
    end: int


def zone_at(text: str, at: int) -> ZonePhrase | None:
    """The zone stated right at this position, with or without a bracket, as behind a clock time."""
    opening = re.compile(r"[\s,(\[|/–—-]{0,4}").match(text, at)
    start = opening.end() if opening else at
    loose = opening is not None and (
        "(" in opening.group() or "[" in opening.group() or text[start : start + 1].isupper()
    )
    return _phrase_at(text, start, loose=loose)


def zone_in(text: str) -> ZonePhrase | None:
    """The first zone stated anywhere in a text that is about time, such as the value of "Time zone:"."""
    for word in re.finditer(r"[^\W\d_]+", text):
        if (found := _phrase_at(text, word.start(), loose=word.start() == 0)) is not None:
            return found
    return None


def _phrase_at(text: str, at: int, *, loose: bool) -> ZonePhrase | None:
    lowered = folded(text[at : at + 90])
    for read in (_offset, _both, _iana, _named, _abbreviation, _place_time):
        if (found := read(text[at : at + 90], lowered)) is not None:
            return ZonePhrase(found[0], at, at + found[1])
    if loose and (match := _LOOSE_PLACE.match(lowered)) and (zone := zone_of_place(match["place"])):
        return ZonePhrase(zone, at, at + match.end())
    return None


def _offset(_text: str, lowered: str) -> tuple[str, int] | None:
    if (match := _OFFSET.match(lowered)) is None or int(match["hours"]) > 14:
        return None
    sign = "+" if match["sign"] in ("+", "plus ") else "-"
    minutes = f":{match['minutes']}" if match["minutes"] and match["minutes"] != "00" else ""
    zero = int(match["hours"]) == 0 and not minutes
    return ("UTC" if zero else f"UTC{sign}{int(match['hours'])}{minutes}"), match.end()


def _both(_text: str, lowered: str) -> tuple[str, int] | None:
    if (match := _BOTH.match(lowered)) is None:
        return None
    first = (match["first"] or "cet").upper()
    names = {"CET": "CET/CEST", "EET": "EET/EEST", "WET": "WET/WEST"}
    return names.get(first, f"{first[0]}T"), match.end()


def _iana(text: str, _lowered: str) -> tuple[str, int] | None:
    match = _IANA.match(text)
    return (match.group(), match.end()) if match and is_zone(match.group()) else None


def _named(_text: str, lowered: str) -> tuple[str, int] | None:
    match = _NAMED.match(lowered)
    return (_SPELLED_OUT[" ".join(match.group().split())], match.end()) if match else None


def _abbreviation(text: str, lowered: str) -> tuple[str, int] | None:
    match = _ABBREVIATION.match(text)
    if match is None or not (match.group().isupper() or match.group() in _NO_WORDS):
        return None
    end = match.end()
    if (tail := re.compile(r"\s?(?:time|standard time)(?![^\W_])").match(lowered, end)) is not None:
        end = tail.end()
    return match.group().upper(), end


def _place_time(_text: str, lowered: str) -> tuple[str, int] | None:
    match = _PLACE_TIME.match(lowered)
    if match and (zone := zone_of_place(match["place"].removeprefix("the "))):
        return zone, match.end()
    match = _TIME_OF_PLACE.match(lowered)
    if match is None:
        return None
    words = match["place"].split(" ")
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        if zone := zone_of_place(phrase(name)):
            return zone, match.start("place") + len(name)
    return None
