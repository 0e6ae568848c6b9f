"""Finds clock times in a text, with the end and the zone that are stated beside them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import lru_cache

from shared.announcements.wording import folded
from shared.announcements.zone_phrases import ZonePhrase, zone_at

_HALF = (
    r"a\.?\s?m\.?(?![^\W_])|p\.?\s?m\.?(?![^\W_])|de la (?:manana|tarde|noche)|du (?:matin|soir)|de l'apres-midi|in "
    r"the (?:morning|afternoon|evening)"
)
_WORDS = r"(?:12 )?(?:noon|midday|midnight)|midi|minuit|mediodia|medianoche"


def _clock(name: str) -> str:
    return (
        rf"(?:(?P<{name}word>{_WORDS})(?![^\W_])"
        rf"|(?P<{name}hour>[01]?\d|2[0-4])(?:(?P<{name}mark>[:.]|\s?h\s?)(?P<{name}minute>[0-5]\d)(?!\d)"
        rf"(?::[0-5]\d(?!\d))?)?"
        rf"(?:\s?(?P<{name}half>{_HALF}))?(?P<{name}unit>\s?(?:h\.?|hrs?\.?|hours|heures|horas|uhr|o'clock)(?![^\W_]))?"
        rf"(?:\s(?P<{name}half2>de la (?:manana|tarde|noche)|du (?:matin|soir)|de l'apres-midi))?)"
    )


_CLOCK = re.compile(rf"(?<![\w.:/,+−-])(?<!\d\s)(?<![-–+−]){_clock('')}(?![\w%€$£°])(?![.,:/]\d)(?!\s?[€$£%])")
_RANGE_END = re.compile(
    rf"\s{{0,2}}(?:-|–|—|to|until|till|a|al|hasta|hasta las|jusqu'a|au|and|et|y|y las|a las)\s{{0,2}}(?:las\s|a\s"
    rf")?{_clock('')}(?![\w%€$£°])(?![.,:/]\d)"
)
# Words before a bare "9.45" or "3" that make a time of it.
_LEADING = re.compile(
    r"(?:\bat|\bfrom|\bde|\ba las|\blas|\ba|\bbetween|\bentre|\buntil|\bdesde|\bdes|\bstarts?|\bbegins?|:|\|)\s{1,2}$"
)
# A dotted time that a line begins with, as in a list of times.
_ENTRY = re.compile(r"\s{1,3}(?:[-–—|]\s)?[^\W\d_]|\s?[-–—|]\s?\d")
_ANDS = re.compile(r"\s{0,2}(?:and|et|y|y las)\s")
_MIDNIGHT = {"midnight", "12 midnight", "minuit", "medianoche"}


@dataclass(frozen=True)
class Clock:
    """A time of day, or a span of it, as the text gives it. `hours_only` is a bare number that may be no time."""

    starts: time
    ends: time | None
    zone: ZonePhrase | None
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class _Reading:
    hour: int
    minute: int
    half: str | None
    is_sure: bool
    is_dotted: bool

    def as_time(self, half: str | None = None) -> time | None:
        hour, half = self.hour, self.half or half
        if half == "pm" and hour < 12:
            hour += 12
        elif half == "am" and hour == 12:
            hour = 0
        if hour == 24 and self.minute == 0:
            hour = 0
        return time(hour, self.minute) if hour < 24 else None


def find_clocks(text: str, *, is_time_field: bool = False) -> list[Clock]:
    """Every clock time in reading order. In a field named "Time" bare numbers count as well."""
    return list(_found(text, is_time_field))


@lru_cache(maxsize=2_000)  # Each recogniser asks this of the same sentences.
def _found(text: str, is_time_field: bool) -> tuple[Clock, ...]:
    return tuple(_clocks(text, folded(text), is_time_field=is_time_field))


def _clocks(text: str, lowered: str, *, is_time_field: bool) -> Iterator[Clock]:
    at = 0
    while (match := _CLOCK.search(lowered, at)) is not None:
        clock = _read_at(match, text, lowered, is_time_field=is_time_field)
        if clock is not None:
            yield clock
        at = clock.end if clock is not None else match.end()


def _read_at(match: re.Match[str], text: str, lowered: str, *, is_time_field: bool) -> Clock | None:
    first, end = _reading(match), match.end()
    leads = is_time_field or _LEADING.search(lowered[max(0, match.start() - 14) : match.start()]) is not None
    leads = leads or (match.start() <= 1 and _ENTRY.match(lowered, end) is not None)
    last = None
    second = _RANGE_END.match(lowered, end)
    if second is not None and _joins(second, lowered, match.start()):
        last = _reading(second)
        if first.is_sure or last.is_sure or (first.is_dotted and last.is_dotted):
            end = second.end()
        else:
            last = None
    zone = zone_at(text, end)
    certain = first.is_sure or (last is not None) or (first.is_dotted and (leads or zone is not None)) or is_time_field
    starts = first.as_time(_shared_half(first, last)) if certain else None
    if starts is None:
        return None
    ends = last.as_time() if last is not None else None
    end = zone.end if zone else end
    end += text[end : end + 1] == ")" and "(" in text[match.start() : end]
    return Clock(starts, ends, zone, match.start(), end, text[match.start() : end])


def _joins(second: re.Match[str], lowered: str, start: int) -> bool:
    """ "and" makes a span of two times only after "between"; other joining words do so by themselves."""
    if _ANDS.match(second.group()) is None:
        return True
    return re.search(r"(?:between|entre|from|de|desde)\s(?:las\s)?$", lowered[max(0, start - 14) : start]) is not None


def _reading(match: re.Match[str]) -> _Reading:
    if match["word"]:
        return _Reading(0 if match["word"] in _MIDNIGHT else 12, 0, None, is_sure=True, is_dotted=False)
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = _half_of_day(match["half"] or match["half2"], hour)
    marked = (match["mark"] or "").strip() in (":", "h") and match["minute"] is not None
    is_sure = bool(marked or half or match["unit"])
    return _Reading(hour, minute, half, is_sure=is_sure, is_dotted=match["mark"] == ".")


def _half_of_day(word: str | None, hour: int) -> str | None:
    if word is None or hour > 12:
        return None
    letters = word.replace(".", "").replace(" ", "")
    if letters in ("am", "pm"):
        return letters
    return "am" if letters.endswith(("manana", "matin", "morning")) else "pm"


def _shared_half(first: _Reading, last: _Reading | None) -> str | None:
    """In "2-3:30 pm" the half of the day stands once, for both; in "11-1 pm" only the end is after noon."""
    if last is None or last.half is None or first.half is not None or first.hour > 12:
        return None
    first_time, last_time = first.as_time(last.half), last.as_time()
    if first_time is not None and last_time is not None and first_time < last_time:
        return last.half
    return "am" if last.half == "pm" else None
