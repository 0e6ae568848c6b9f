"""Finds the days a text speaks of, in English, French and Spanish; it never guesses from other numbers."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from shared.announcements.wording import alternation, folded

_MONTHS = (
    "january,jan,janvier,janv,enero,ene",
    "february,feb,fevrier,fevr,fev,febrero",
    "march,mar,mars,marzo",
    "april,apr,avril,avr,abril,abr",
    "may,mai,mayo",
    "june,jun,juin,junio",
    "july,jul,juillet,juil,julio",
    "august,aug,aout,agosto,ago",
    "september,sept,sep,septembre,septiembre,setiembre",
    "october,oct,octobre,octubre",
    "november,nov,novembre,noviembre",
    "december,dec,decembre,diciembre,dic",
)
_WEEKDAYS = (
    "monday,mon,lundi,lun,lunes",
    "tuesday,tues,tue,mardi,mar,martes",
    "wednesday,weds,wed,mercredi,mer,miercoles,mie",
    "thursday,thurs,thur,thu,jeudi,jeu,jueves,jue",
    "friday,fri,vendredi,ven,viernes,vie",
    "saturday,sat,samedi,sam,sabado,sab",
    "sunday,sun,dimanche,dim,domingo,dom",
)
MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split(",")}
WEEKDAY_NUMBERS = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split(",")}

_MONTH = rf"(?:{alternation(','.join(_MONTHS))})(?![^\W_])\.?"
_WEEKDAY = rf"(?:{alternation(','.join(_WEEKDAYS))})(?![^\W_])\.?,?\s{{1,3}}(?:the\s|le\s|el\s|dia\s)?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:\s?(?:st|nd|rd|th|er|ro|º|°|ª|do|ra)(?![^\W_]))?(?![\d:])"
_YEAR = r"(?:19|20)\d\d(?!\d)"
_JOIN = r"\s{0,2}(?:-|–|—|/|&|,|to|until|through|and|et|y|e|au|al|a|hasta el)\s{0,2}"

_DAY_MONTH = re.compile(
    rf"(?<![\w:.,/])(?P<head>(?:(?:{_WEEKDAY})?{_DAY}(?:{_JOIN}(?:the\s|le\s|el\s)?|\s{{1,2}})){{0,5}}?)"
    rf"(?P<weekday>{_WEEKDAY})?(?P<day>{_DAY})[\s.-]{{0,3}}(?:(?:of|de|du|d')\s{{0,2}})?(?P<month>{_MONTH})"
    rf"(?:[\s,./-]{{0,3}}(?:(?:of|de|del)\s{{1,2}})?(?P<year>{_YEAR}))?"
)
_MONTH_DAY = re.compile(
    rf"(?<![\w.])(?P<weekday>{_WEEKDAY})?(?P<month>{_MONTH})\s{{1,2}}(?:the\s)?(?P<day>{_DAY})"
    rf"(?:{_JOIN}(?P<last>{_DAY})(?!\s?(?:[:h]|[ap]\.?m|{_MONTH})))?(?!\s?(?:[ap]\.?m\b|h\b|[./]\d))"
    rf"(?:[\s,]{{1,3}}(?:of\s)?(?P<year>{_YEAR}))?"
)
_ISO = re.compile(r"(?<![\d/.-])(?P<year>(?:19|20)\d\d)([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?![\d-])")
_NUMERIC = re.compile(
    rf"(?<![\d/.-])(?P<weekday>{_WEEKDAY})?(?P<day>\d{{1,2}})(?P<mark>[/.-])(?P<month>\d{{1,2}})(?P=mark)"
    r"(?P<year>(?:19|20)\d\d|(?<=[/.])\d\d)(?![\d/.:-]*\d)"
)
_BETWEEN = re.compile(
    r"[\s,.]{0,3}(?:-|–|—|to|until|till|through|and|&|et|y|au|al|a|hasta|hasta el|/)[\s]{0,2}(?:the|le|el)?\s{0,2}$"
)


@dataclass(frozen=True)
class Day:
    """A day as the text names it. `swapped` says that day and month could as well be read the other way round."""

    day: int
    month: int
    year: int | None = None
    weekday: int | None = None
    swapped: bool = False

    def on(self, year: int) -> date | None:
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None

    def other_way_round(self) -> "Day":
        return replace(self, day=self.month, month=self.day, swapped=False)


@dataclass(frozen=True)
class DateMention:
    """Where a text names a day, or the first and the last of several days."""

    first: Day
    last: Day
    start: int
    end: int
    text: str


def find_dates(text: str) -> list[DateMention]:
    """Every date in reading order, a range as one mention; spans are positions in the text as given."""
    return list(_found(text))


@lru_cache(maxsize=2_000)  # Each recogniser asks this of the same sentences.
def _found(text: str) -> tuple[DateMention, ...]:
    lowered = folded(text)
    found: list[DateMention] = []
    taken = bytearray(len(text))
    for pattern in (_ISO, _NUMERIC, _DAY_MONTH, _MONTH_DAY):
        for match in pattern.finditer(lowered):
            if any(taken[match.start() : match.end()]):
                continue
            if (mention := _mention(match, text)) is not None:
                found.append(mention)
                taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    return tuple(_ranges(sorted(found, key=lambda mention: mention.start), lowered, text))


def _mention(match: re.Match[str], text: str) -> DateMention | None:
    if match.re in (_ISO, _NUMERIC):
        first = last = _numeric_day(match)
    else:
        first, last = _worded_days(match, text)
    if first is None or last is None:
        return None
    start = match.start() + len(match.group()) - len(match.group().lstrip(" ,&-"))
    end = match.start() + len(match.group().rstrip(" ,"))
    return DateMention(first, last, start, end, text[start:end])


def _numeric_day(match: re.Match[str]) -> Day | None:
    day, month, year = int(match["day"]), int(match["month"]), int(match["year"])
    weekday = _weekday(match.groupdict().get("weekday"))
    year += 2000 if year < 100 else 0
    if match.re is _NUMERIC and month > 12 >= day:
        day, month = month, day
    both = match.re is _NUMERIC and day <= 12 and month <= 12 and day != month
    found = Day(day, month, year, weekday, swapped=both)
    return found if found.on(year) is not None else None


def _worded_days(match: re.Match[str], text: str) -> tuple[Day | None, Day | None]:
    month_word = match["month"].rstrip(".")
    written = text[match.start("month")]
    # "may" and "mar" are words of their own; as months they have a capital or a year beside them.
    if match["year"] is None and written.islower() and (match.re is _MONTH_DAY or month_word == "may"):
        return None, None
    year = int(match["year"]) if match["year"] else None
    month, day = MONTH_NUMBERS[month_word], _number(match["day"])
    last = Day(day, month, year, _weekday(match["weekday"]))
    first = last
    if match.re is _MONTH_DAY and match["last"]:
        last = Day(_number(match["last"]), month, year)
    elif match.re is _DAY_MONTH and match["head"].strip(" ,"):
        first = _head_day(match["head"], last)
    if first.on(2024) is None or last.on(2024) is None:
        return None, None
    return (first, last) if first.day <= last.day else (last, last)


def _head_day(head: str, last: Day) -> Day:
    """The first day of "Tuesday 3 and Wednesday 4 March"."""
    found = re.search(rf"(?P<weekday>{_WEEKDAY})?(?P<day>{_DAY})", head)
    return Day(_number(found["day"]), last.month, last.year, _weekday(found["weekday"])) if found else last


def _ranges(mentions: list[DateMention], lowered: str, text: str) -> list[DateMention]:
    """Join two single dates that the text joins ("30 March to 1 April 2026")."""
    joined: list[DateMention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        gap = lowered[before.end : mention.start] if before else ""
        if before and len(gap) < 16 and before.first == before.last and _BETWEEN.fullmatch(gap):
            first = before.first if before.first.year else replace(before.first, year=mention.last.year)
            if first != mention.last:
                span = text[before.start : mention.end]
                joined[-1] = DateMention(first, mention.last, before.start, mention.end, span)
                continue
        joined.append(mention)
    return joined


def next_on(day: Day, today: date) -> date | None:
    """The next such day from today, skipping years that do not have it (29 February)."""
    years = (day.on(year) for year in range(today.year, min(today.year + 9, 9999)))
    return next((found for found in years if found is not None and found >= today), None)


def _number(text: str) -> int:
    digits = re.match(r"\d+", text)
    return int(digits.group()) if digits else 0


def _weekday(text: str | None) -> int | None:
    word = re.match(r"[a-z]+", text) if text else None
    return WEEKDAY_NUMBERS.get(word.group()) if word else None
