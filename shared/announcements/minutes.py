"""Reads lengths of time in every spelling: "10 min.", "10'", "1h30", "½ h", "an hour and a half"."""

import re
from dataclasses import dataclass

from shared.announcements.wording import folded

_MINUTES = r"(?:minutes?|minutos?|mins?|mn|m|['′])"
_HOURS = r"(?:hours?|heures?|horas?|hrs?|h)"
_FRACTIONS = {"½": 30, "¼": 15, "¾": 45}
_LENGTH = re.compile(
    rf"(?<![\w:.,/½¼¾])(?:"
    rf"(?P<hours>\d{{1,2}})\s?-?{_HOURS}\.?\s?(?:(?:and|et|y)\s)?(?P<rest>[0-5]?\d)(?:\s?{_MINUTES})?"
    rf"|(?P<decimal>\d{{1,2}}[.,][05])\s?-?{_HOURS}"
    rf"|(?P<whole>\d{{1,2}})\s?(?P<fraction>[½¼¾])\s?-?{_HOURS}?"
    rf"|(?P<quarters>1/2|[13]/4)\s?-?{_HOURS}"
    rf"|(?P<part>[½¼¾])\s?-?{_HOURS}"
    rf"|(?P<only_hours>\d{{1,2}})\s?-?{_HOURS}(?P<half>\s(?:and a half|et demie?|y media))?"
    rf"|(?P<minutes>\d{{1,3}})\s?-?{_MINUTES}"
    rf"|(?P<words>half an hour|une demi-heure|demi-heure|media hora|(?:an|one|une|1) hour and a half|une heure "
    rf"et demie|una hora y media"
    rf"|three quarters of an hour|un quart d'heure|(?:a )?quarter of an hour"
    rf"|un cuarto de hora|cuarto de hora|one[\s-]hour|an hour|une heure|una hora|two[\s-]"
    rf"hours?|deux heures|dos horas|"
    rf"three hours|trois heures|tres horas))\.?(?![^\W_])"
)
_WORDS = {
    "half an hour": 30,
    "une demi-heure": 30,
    "demi-heure": 30,
    "media hora": 30,
    "three quarters of an hour": 45,
    "un quart d'heure": 15,
    "a quarter of an hour": 15,
    "quarter of an hour": 15,
    "un cuarto de hora": 15,
    "cuarto de hora": 15,
    "two hours": 120,
    "two hour": 120,
    "deux heures": 120,
    "dos horas": 120,
    "three hours": 180,
    "trois heures": 180,
    "tres horas": 180,
}
_LONGEST = 24 * 60
_LONGEST_LINE = 2_000
_CAPTIONS = r"(?:duration|duree|duracion|length|approx\.?|environ|env\.?|aprox\.?|about|ca\.?|circa|~|≈|max\.?)"
# Words after which a length is part of the sentence: "a city in 15 minutes".
_LEADS_ON = re.compile(r"\b(?:in|en|of|de|para|pour|for|within|the|under|y|and|et|a|la|las|les|x|×|\+)\s*$")
_IN_BRACKETS = re.compile(
    rf"[(\[]\s?(?:{_CAPTIONS}\s?:?\s?)?(?P<length>[^()\[\]]{{1,30}}?)\s?(?:each|chacun|chacune|cada uno)?\s?[)\]]"
)


@dataclass(frozen=True)
class Length:
    minutes: int
    start: int
    end: int


def find_length(text: str, at: int = 0) -> Length | None:
    """The first length of time in the text."""
    match = _LENGTH.search(folded(text), at)
    if match is None:
        return None
    minutes = _minutes(match)
    return Length(minutes, match.start(), match.end()) if 0 <= minutes <= _LONGEST else None


def whole_length(text: str) -> int | None:
    """The minutes, if the text is nothing but a length."""
    stripped = re.sub(rf"^{_CAPTIONS}\s?:?\s?", "", folded(text).strip(" .,;:-–—|"))
    match = _LENGTH.fullmatch(stripped)
    return _minutes(match) if match else None


def cut_length(text: str) -> tuple[str, int | None]:
    """The text of a programme line without the length it ends or begins with, and that length in minutes."""
    if len(text) > _LONGEST_LINE:
        return text, None
    for match in _IN_BRACKETS.finditer(text):
        if (minutes := whole_length(match["length"])) is not None:
            return _closed_up(text[: match.start()], text[match.end() :]), minutes
    lowered = folded(text)
    for found in _LENGTH.finditer(lowered):
        before, after = text[: found.start()], text[found.end() :]
        ends = before and not after.strip(" .;)") and not _LEADS_ON.search(folded(before))
        begins = not before.strip(" (~") and re.match(r"\)?\s*[-–—|:,)]\s*|\s+[^\W\d_a-z]", after)
        if ends or begins:
            return _closed_up(before if ends else "", after), _minutes(found)
    return text, None


def _closed_up(before: str, after: str) -> str:
    before = re.sub(r"[\s\-–—,|:;(~.…]+$", "", before)
    after = re.sub(r"^[\s]*[-–—|:,.;)]?\s*", "", after) if not before else after
    if before.count("(") > before.count(")") and after.lstrip().startswith(")"):
        return f"{before}{after.strip()}"
    joined = f"{before} {after.strip()}" if after.strip(" .;)") else before
    return re.sub(r"\s+([,;:.])", r"\1", joined).strip()


def _minutes(match: re.Match[str]) -> int:
    if match["words"]:
        return _WORDS.get(
            match["words"].replace("-hour", " hour"), 90 if re.search(r"half|demie|media", match["words"]) else 60
        )
    if match["hours"]:
        return int(match["hours"]) * 60 + int(match["rest"])
    if match["decimal"]:
        return round(float(match["decimal"].replace(",", ".")) * 60)
    if match["whole"]:
        return int(match["whole"]) * 60 + _FRACTIONS[match["fraction"]]
    if match["quarters"]:
        return {"1/4": 15, "1/2": 30, "3/4": 45}[match["quarters"]]
    if match["part"]:
        return _FRACTIONS[match["part"]]
    if match["only_hours"]:
        return int(match["only_hours"]) * 60 + (30 if match["half"] else 0)
    return int(match["minutes"])
