"""Decides on which days the event takes place, and says where the text leaves a doubt."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.announcements.blocks import Line
from shared.announcements.clocks import find_clocks
from shared.announcements.dates import DateMention, Day, find_dates, next_on
from shared.announcements.headings import Topic, day_number, is_day_heading
from shared.announcements.labels import Label
from shared.announcements.notes import Notes
from shared.announcements.passages import Passage
from shared.announcements.sections import Section
from shared.announcements.wording import folded

_HAPPENS = re.compile(
    r"\b(?:takes? place|taking place|be held|held on|join us|on the|will be on|scheduled|happen|aura lieu|se "
    r"tiendra|se tient|a lieu|auront lieu|rendez-vous|"
    r"organis\w+ le|invit\w+|se celebrara|tendra lugar|se realizara|se llevara a cabo|sera el|celebra|celebrado "
    r"el|starts?|begins?|webinar|webinaire|webinario|"
    r"workshop|atelier|taller|conference|seminar\w*|jornada|journee|meeting|save the date|el dia|el proximo|this)\b"
)
_BARE_YEAR = re.compile(r"(?<![\d/.-])20\d\d(?![\d/.-])")
_LONGEST = 60
_MOST_NAMED = 300
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Days:
    """The first and the last day, and the passage that names them."""

    starts_on: date
    ends_on: date
    passage: Passage
    mention: DateMention
    other_order: date | None = None


@dataclass(frozen=True)
class _Named:
    passage: Passage
    mention: DateMention


class DayReader:
    """Reads days with what the whole text tells about years and the order of day and month."""

    def __init__(self, passages: Sequence[Passage], *, today: date, month_first: bool, notes: Notes) -> None:
        self.today = today
        self.month_first = month_first
        self.notes = notes
        self.named = [_Named(p, m) for p in passages if not p.is_aside for m in find_dates(p.text)][:_MOST_NAMED]
        self._mentions = [day for named in self.named for day in (named.mention.first, named.mention.last)]
        first_texts = [p.text for p in passages if p.topic is Topic.LEAD or p.label in (Label.DATE, Label.TITLE)]
        years = {int(year) for text in first_texts for year in _BARE_YEAR.findall(text)}
        self.stated_year = years.pop() if len(years) == 1 else None

    def event_days(self, sections: Iterable[Section]) -> Days | None:
        """The days of the event; None if the text names none that could be it."""
        ranked = self._ranked()
        headings = [m for s in sections if s.topic is Topic.PROGRAMME for m in _heading_dates(s)]
        if not ranked and headings:
            passage = Passage(headings[0].text, Topic.PROGRAMME, Line(headings[0].text, headings[0].text))
            ranked = [_Named(passage, headings[0])]
        if not ranked:
            return None
        days = self._chosen(ranked)
        if days is None:
            return None
        days = self._until_last_programme_day(days, sections, headings)
        self._check(days, ranked)
        return days

    def _ranked(self) -> list[_Named]:
        """Mentions that can be the event's day, the surest first; reading order within one rank."""
        ranks = [(self._rank(named.passage), position, named) for position, named in enumerate(self.named)]
        return [named for rank, _, named in sorted(ranks, key=lambda entry: entry[:2]) if rank < 9]

    def _rank(self, passage: Passage) -> int:
        if passage.is_deadline or passage.label in (Label.CONTACT, Label.REGISTRATION, Label.PRICE, Label.ENDS):
            return 9
        if passage.label in (Label.DATE, Label.TIME):
            return 0
        if passage.topic is Topic.LEAD and _is_mostly_date(passage.text):
            return 1
        happens = _HAPPENS.search(folded(passage.text)) is not None or bool(find_clocks(passage.text))
        if passage.topic in (Topic.LEAD, Topic.PRACTICAL):
            return 2 if happens or _is_mostly_date(passage.text) else 4
        return 3 if happens else 9

    def _chosen(self, ranked: list[_Named]) -> Days | None:
        for named in ranked:
            first = self.resolve(named.mention.first, self._mentions)
            if first is None:
                continue
            last = self._last_day(named, first, ranked)
            other = self._other_order(named.mention.first, first)
            self._tell_about_year(named.mention.first, first, named.mention.text)
            return Days(first, last, named.passage, named.mention, other)
        return None

    def _last_day(self, named: _Named, first: date, ranked: list[_Named]) -> date:
        """The end of a range; or a second date that stands alone below the first, or is labelled as the end."""
        day = named.mention.last
        if day == named.mention.first:
            ends = [n for n in self.named if n.passage.label is Label.ENDS] or self._next_alone(named, ranked)
            day = ends[0].mention.last if ends else day
        last = self.resolve(replace(day, year=day.year or first.year), self._mentions)
        if last is not None and last < first and day.year is None:
            last = Day(day.day, day.month).on(first.year + 1)
        return last if last is not None and first <= last <= first + timedelta(days=_LONGEST) else first

    def _next_alone(self, named: _Named, ranked: list[_Named]) -> list[_Named]:
        if self._rank(named.passage) != 1:
            return []
        alone = [n for n in ranked if self._rank(n.passage) == 1 and n.passage is not named.passage]
        return [n for n in alone if len(n.passage.text.strip()) - len(n.mention.text) <= 2][:1]

    def resolve(self, day: Day, others: Iterable[Day] = ()) -> date | None:
        """The date a mention means: with the year of a fuller mention of the same day, or the next such day."""
        day = self._ordered(day)
        if day.year is not None:
            return day.on(day.year)
        fuller = (d.year for d in map(self._ordered, others) if (d.day, d.month) == (day.day, day.month) and d.year)
        year = next(fuller, None) or self.stated_year
        return day.on(year) if year is not None else next_on(day, self.today)

    def resolve_mention(self, mention: DateMention) -> date | None:
        return self.resolve(mention.first, self._mentions)

    def _ordered(self, day: Day) -> Day:
        """Day and month in the likelier order; a stated weekday decides if it fits only one."""
        if not day.swapped or day.year is None:
            return day
        other = day.other_way_round()
        if day.weekday is not None:
            fits = [d for d in (day, other) if (on := d.on(day.year)) is not None and on.weekday() == day.weekday]
            return replace(fits[0], swapped=False) if len(fits) == 1 else day
        return replace(other, swapped=True) if self.month_first else day

    def _other_order(self, day: Day, chosen: date) -> date | None:
        ordered = self._ordered(day)
        if not ordered.swapped or ordered.year is None:
            return None
        same = [d for d in self._mentions if not d.swapped and (d.day, d.month) == (chosen.day, chosen.month)]
        return None if same else date(chosen.year, chosen.day, chosen.month)

    def _tell_about_year(self, day: Day, on: date, excerpt: str) -> None:
        others = self._mentions
        if day.year is not None or any((d.day, d.month) == (day.day, day.month) and d.year for d in others):
            return
        shown = f"{on.day} {on:%B %Y}"
        if self.stated_year is not None or (day.weekday is not None and on.weekday() == day.weekday):
            message = f"The date has no year; {shown} was taken, because the rest of the text fits it."
            self.notes.note("year-inferred", message, about="starts_on", excerpt=excerpt)
        else:
            message = f"The date has no year; {shown} is the next such day. Confirm or correct the year."
            self.notes.doubt("year-missing", message, about="starts_on", excerpt=excerpt)

    def _until_last_programme_day(self, days: Days, sections: Iterable[Section], headings: list[DateMention]) -> Days:
        """A programme that goes on for more days than the heading names makes the event longer."""
        dated = [on for m in headings if (on := self.resolve(replace(m.last, year=m.last.year or days.starts_on.year)))]
        numbers = [n for s in sections if s.topic is Topic.PROGRAMME for n in _heading_numbers(s)]
        counted = days.starts_on + timedelta(days=max(numbers, default=1) - 1)
        last = max([days.ends_on, counted if not dated else days.ends_on, *dated])
        return replace(days, ends_on=last) if (last - days.starts_on).days <= _LONGEST else days

    def _check(self, days: Days, ranked: list[_Named]) -> None:
        for named in ranked:
            self._check_weekday(named.mention, days)
            on = self.resolve_mention(named.mention)
            if on is not None and self._rank(named.passage) <= 3 and not days.starts_on <= on <= days.ends_on:
                self._tell_difference(on, days, named)
        if days.other_order is not None:
            message = (
                f"The date can be {days.starts_on.day} {days.starts_on:%B} or {days.other_order.day} "
                f"{days.other_order:%B}. "
                f"Write the month as a word."
            )
            self.notes.doubt("date-order-doubtful", message, about="starts_on", excerpt=days.mention.text)
        if days.ends_on < self.today:
            message = "The event lies in the past. Correct the date if it is a coming one."
            self.notes.note("date-in-past", message, about="starts_on", excerpt=days.mention.text)

    def _tell_difference(self, on: date, days: Days, named: _Named) -> None:
        if self._next_alone(named, ranked=[]) or any(r.code == "dates-differ" for r in self.notes.remarks):
            return
        message = (
            f"The text names {days.starts_on.day} {days.starts_on:%B %Y} and also {on.day} {on:%B %Y}. "
            f"The first was taken. Check which is right."
        )
        self.notes.doubt("dates-differ", message, about="starts_on", excerpt=named.passage.text)

    def _check_weekday(self, mention: DateMention, days: Days) -> None:
        for day in {mention.first, mention.last}:
            on = self.resolve(replace(day, year=day.year or self._year_of(day, days)))
            if day.weekday is None or on is None or on.weekday() == day.weekday:
                continue
            message = (
                f"{on.day} {on:%B %Y} is a {_WEEKDAYS[on.weekday()]}, but the text says {_WEEKDAYS[day.weekday]}. "
                f"Check the date and the year."
            )
            self.notes.doubt("weekday-contradicts-date", message, about="starts_on", excerpt=mention.text)
            return

    def _year_of(self, day: Day, days: Days) -> int | None:
        same = [on for on in (days.starts_on, days.ends_on) if (on.day, on.month) == (day.day, day.month)]
        return same[0].year if same else None


def _is_mostly_date(text: str) -> bool:
    """Whether a line is there to give the date: little else stands beside it but a time and a place."""
    found = find_dates(text)
    rest = len(text) - sum(len(mention.text) for mention in found) - sum(len(clock.text) for clock in find_clocks(text))
    return bool(found) and (
        rest <= 45 or bool(re.match(r"^\W*(?:on |le |el |the |du |del |from )?$", folded(text[: found[0].start])))
    )


def _heading_dates(section: Section) -> list[DateMention]:
    return [mention for text in _day_headings(section) for mention in find_dates(text)[:1]]


def _heading_numbers(section: Section) -> list[int]:
    return [number for text in _day_headings(section) if (number := day_number(text)) is not None]


def _day_headings(section: Section) -> list[str]:
    return [line.plain for line in section.lines() if is_day_heading(line.plain)]
