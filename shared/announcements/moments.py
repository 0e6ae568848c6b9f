"""Decides when the event starts and how long it lasts, and offers the readings where a zone or a time is doubtful."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from shared.announcements.clocks import Clock, find_clocks
from shared.announcements.dates import find_dates
from shared.announcements.days import Days
from shared.announcements.headings import Topic
from shared.announcements.labels import Label
from shared.announcements.minutes import find_length, whole_length
from shared.announcements.notes import Notes
from shared.announcements.passages import Passage, labels_of
from shared.announcements.places import zone_of_place
from shared.announcements.wording import folded
from shared.announcements.zone_phrases import zone_in
from shared.schemas.programme import ItemKind, ProgrammeItemFacts
from shared.schemas.remarks import Reading
from shared.timezones import ABBREVIATIONS, place_name, readings_of

_ALL_TIMES = re.compile(
    r"\b(?:all times|times? (?:are|is|shown|given|in|listed)|time ?zone|toutes les heures|les (?:heures|horaires)"
    r" sont|heures? indiquees|horaires? (?:en|exprimes)|"
    r"fuseau|todas las horas|todos los horarios|las horas|los horarios|huso horario|zona horaria|hora(?:rio)? "
    r"(?:de|local|oficial|peninsular)|heure (?:de|locale|d')|local time)\b"
)
_LASTS = re.compile(
    r"\b(?:duration|lasts?|will last|length|durera|dure|duree|duracion|durara|dura|run for|runs for|long|"
    r"(?:minutes?|hours?)\s(?:long\s|online\s|virtual\s|live\s|free\s)*(?:webinar|workshop|seminar|session|"
    r"event|meeting|talk|lecture|briefing|training|debate|conversation))\b"
)
_ENDS = re.compile(
    r"\d.*\b(?:ends?|ending|finish\w*|until|closes?|fin|finit|se termine|termine|prend fin|finaliza|termina|"
    r"acaba|finalizara|terminara)\b.*\d"
)
_STARTS = re.compile(r"\b(?:starts?|begins?|starting|debut|commence\w*|inicio|comienz\w+|empez\w+|at|from|a las|des)\b")


@dataclass(frozen=True)
class Statement:
    """The clock times that one passage states, in reading order, and the words that state them."""

    clocks: tuple[Clock, ...]
    text: str

    @property
    def last_end(self) -> time | None:
        return next((clock.ends for clock in reversed(self.clocks) if clock.ends is not None), None)


@dataclass
class Moment:
    """When the event starts, as far as the text says."""

    starts_at_local: datetime | None = None
    time_zone: str | None = None
    time_text: str | None = None
    ends: time | None = None
    readings: list[Reading] = field(default_factory=list)


@dataclass
class MomentReader:
    """`near` are the zones that the event is likely to be in (the organiser's, the venue's), the best first."""

    passages: Sequence[Passage]
    days: Days
    programme: Sequence[ProgrammeItemFacts]
    home_zone: str | None
    place_zone: str | None
    language: str
    notes: Notes

    def read(self) -> Moment:
        statement = self._statement()
        starts = statement.clocks[0].starts if statement else self._programme_start()
        if starts is None:
            message = "The announcement gives no time of day. Set when the event starts."
            self.notes.doubt("time-missing", message, about="starts_at_local")
            return Moment(time_zone=self._silent_zone(), time_text=None)
        text = statement.text if statement else f"{starts:%H:%M}"
        moment = Moment(datetime.combine(self.days.starts_on, starts), time_text=text, ends=self._ends(statement))
        self._settle_zone(moment, statement.clocks if statement else ())
        self._compare_with_programme(moment, starts)
        return moment

    def _statement(self) -> Statement | None:
        ranked = sorted(
            ((self._rank(passage), position, passage) for position, passage in enumerate(self.passages)),
            key=lambda entry: entry[:2],
        )
        for rank, position, passage in ranked:
            if rank < 9 and (clocks := clocks_of(passage)):
                return self._with_conversions(Statement(tuple(clocks), _time_text(passage, clocks)), position, passage)
        return None

    def _rank(self, passage: Passage) -> int:
        if (
            passage.is_deadline
            or passage.is_aside
            or passage.label in (Label.ENDS, Label.REGISTRATION, Label.CONTACT, Label.ZONE)
        ):
            return 9
        if passage.label in (Label.TIME, Label.DATE):
            return 0 if passage.label is Label.TIME else 1
        if passage.label is not None:
            return 9
        days = [mention for mention in find_dates(passage.text)]
        if days:
            elsewhere = 6 if passage.topic in (Topic.LEAD, Topic.PRACTICAL) else 9
            return 2 if self._is_event_day(passage) else elsewhere
        if passage.topic in (Topic.LEAD, Topic.PRACTICAL):
            return 3 if _STARTS.search(folded(passage.text)) or len(passage.text) < 60 else 4
        return 5 if passage.topic in (Topic.INTRODUCTION, Topic.REGISTRATION, Topic.OTHER) else 9

    def _is_event_day(self, passage: Passage) -> bool:
        on_days = {
            (self.days.starts_on + timedelta(days=n)) for n in range((self.days.ends_on - self.days.starts_on).days + 1)
        }
        named = {(day.day, day.month) for m in find_dates(passage.text) for day in (m.first, m.last)}
        swapped = {(month, day) for day, month in named}
        return passage.text == self.days.passage.text or bool(
            (named | swapped) & {(on.day, on.month) for on in on_days}
        )

    def _with_conversions(self, statement: Statement, position: int, passage: Passage) -> Statement:
        """The same start in other zones, listed line by line below the first ("10:00 Bogotá", "17:00 Madrid")."""
        clocks = list(statement.clocks)
        for following in self.passages[position + 1 : position + 12]:
            more = clocks_of(following)
            if clocks[-1].zone is None or len(more) != 1 or more[0].zone is None or find_dates(following.text):
                break
            if len(following.text) > len(more[0].text) + 40 or following.label not in (None, Label.TIME):
                break
            clocks += more
        return Statement(tuple(clocks), statement.text)

    def stated_starts(self) -> set[time]:
        """Every start that the passage about the time of day states."""
        statement = self._statement()
        return {clock.starts for clock in statement.clocks} if statement else set()

    def _programme_start(self) -> time | None:
        return next((item.starts_at_clock for item in self.programme if item.starts_at_clock is not None), None)

    def _ends(self, statement: Statement | None) -> time | None:
        for passage in labels_of(self.passages, Label.ENDS):
            if clocks := find_clocks(passage.text, is_time_field=not find_dates(passage.text)):
                return clocks[0].starts
        if statement is None:
            return None
        if statement.clocks[0].ends is not None and self.days.starts_on == self.days.ends_on:
            return statement.clocks[0].ends
        if len(statement.clocks) == 2 and _ENDS.search(folded(statement.text)):
            return statement.clocks[1].starts
        return statement.last_end

    def _near(self) -> list[str]:
        """Abbreviations that several countries use are read for the one whose language the text is in."""
        usual = {"fr": "Europe/Paris", "es": "Europe/Madrid"}.get(self.language)
        return [zone for zone in (*self._beside_clocks(), self.home_zone, self.place_zone, usual) if zone is not None]

    def _beside_clocks(self) -> Iterator[str | None]:
        """The zone of a place in brackets behind an abbreviation: "13:00 IST (Dublin)"."""
        for passage in self.passages:
            for clock in clocks_of(passage) if "(" in passage.text else ():
                place = re.match(r"\s?\(([^\W\d][^()\d]{2,30})\)", passage.text[clock.end :])
                if clock.zone is not None and place is not None:
                    yield zone_of_place(place[1].removesuffix(" time"))

    def _settle_zone(self, moment: Moment, clocks: Sequence[Clock]) -> None:
        zoned = [clock for clock in clocks if clock.zone is not None]
        if not zoned and (stated := self._stated_elsewhere()) is not None:
            self._take_readings(moment, stated, readings_of(_local(moment), stated, near=self._near()))
        elif not zoned:
            self._without_zone(moment)
        else:
            self._from_statements(moment, zoned)

    def _stated_elsewhere(self) -> str | None:
        """A zone that is stated apart from the time: "Time zone: …", "all times are CET", "heure de Paris"."""
        for passage in labels_of(self.passages, Label.ZONE, Label.TIME, Label.DATE):
            if (found := zone_in(passage.text)) is not None:
                return found.stated
        for passage in self.passages:
            if _ALL_TIMES.search(folded(passage.text)) and (found := zone_in(passage.text)) is not None:
                return found.stated
        return None

    def _silent_zone(self) -> str | None:
        return self._stated_zone() or self.place_zone or self.home_zone

    def _stated_zone(self) -> str | None:
        stated = self._stated_elsewhere()
        noon = datetime.combine(self.days.starts_on, time(12))
        readings = readings_of(noon, stated, near=self._near()) if stated else ()
        return readings[0].time_zone if len(readings) == 1 else None

    def _without_zone(self, moment: Moment) -> None:
        local = _local(moment)
        if self.place_zone is not None and self.place_zone != self.home_zone:
            message = f"No time zone is stated; {place_name(self.place_zone)} was taken from the place. Check it."
            self.notes.note("zone-from-place", message, about="time_zone", excerpt=moment.time_text)
            self._take_readings(moment, self.place_zone, readings_of(local, self.place_zone))
            return
        zone = self.home_zone
        moment.time_zone = zone
        if zone is None:
            message = "No time zone is stated. Choose the zone that the time is meant in."
            self.notes.doubt("time-zone-missing", message, about="time_zone", excerpt=moment.time_text)
            return
        moment.readings = list(readings_of(local, zone))
        moment.starts_at_local = moment.readings[0].starts_at_local
        message = f"No time zone is stated; {place_name(zone)} is suggested. Confirm it or choose another."
        self.notes.doubt(
            "time-zone-missing", message, about="time_zone", excerpt=moment.time_text, readings=moment.readings
        )

    def _from_statements(self, moment: Moment, zoned: Sequence[Clock]) -> None:
        """Of several statements the one in the organiser's zone leads; readings that no other supports fall away."""
        options = [(clock, self._readings(clock)) for clock in zoned]
        options = [(clock, readings) for clock, readings in options if readings]
        if not options:
            self._without_zone(moment)
            return
        home = [option for option in options if option[1][0].time_zone == self.home_zone]
        clock, readings = (home or options)[0]
        moment.ends = clock.ends or moment.ends
        agreed = readings
        for _, others in options:
            agreed = tuple(reading for reading in agreed if _is_supported(reading, others))
        stated = clock.zone.stated if clock.zone else ""
        if agreed:
            self._take_readings(moment, stated, agreed)
            return
        moment.readings = _marked([readings[0], *(others[0] for _, others in options if others is not readings)])
        message = "The times stated for different zones are not the same moment. Choose the right one."
        self._doubt("times-disagree", message, moment)

    def _readings(self, clock: Clock) -> tuple[Reading, ...]:
        local = datetime.combine(self.days.starts_on, clock.starts)
        return readings_of(local, clock.zone.stated, near=self._near()) if clock.zone else ()

    def _take_readings(self, moment: Moment, stated: str, readings: Sequence[Reading]) -> None:
        if not readings:
            self._without_zone(moment)
            return
        moment.readings = _marked(readings)
        keys = {reading.key for reading in readings}
        if "after-gap" in keys:
            message = "The clocks skip this time on that day; the next valid time is suggested. Choose the right one."
            self._doubt("time-in-gap", message, moment)
        elif keys == {"first", "second"}:
            message = "The clocks show this time twice on that day. Choose which of the two is meant."
            self._doubt("time-ambiguous", message, moment)
        elif len(readings) > 1:
            self._doubt("time-zone-abbreviation-doubtful", _abbreviation_message(stated, moment, self.days), moment)
        else:
            self._take_first(moment)
            self._note_zone(stated, moment)

    def _doubt(self, code: str, message: str, moment: Moment) -> None:
        self._take_first(moment)
        self.notes.doubt(code, message, about="starts_at_local", excerpt=moment.time_text, readings=moment.readings)

    def _take_first(self, moment: Moment) -> None:
        moment.starts_at_local = moment.readings[0].starts_at_local
        moment.time_zone = moment.readings[0].time_zone

    def _note_zone(self, stated: str, moment: Moment) -> None:
        if moment.time_zone is None or moment.time_zone in ("UTC", stated, self.home_zone):
            return
        place = place_name(moment.time_zone)
        if stated in ABBREVIATIONS or stated.startswith("UTC"):
            code = "zone-from-abbreviation" if stated in ABBREVIATIONS else "zone-from-offset"
            message = f"{stated} was read as the time of {place}. Choose another place if the event is elsewhere."
            self.notes.note(code, message, about="time_zone", excerpt=moment.time_text)

    def _compare_with_programme(self, moment: Moment, starts: time) -> None:
        first = self._programme_start()
        before = self.programme and self.programme[0].kind in (ItemKind.WELCOME, ItemKind.BREAK)
        if first is None or first == starts or self.programme[0].day > 1 or (before and first < starts):
            return
        message = f"The programme begins at {first:%H:%M}, the announcement says {starts:%H:%M}. Check which is right."
        self.notes.doubt("times-differ", message, about="starts_at_local", excerpt=moment.time_text)


def _local(moment: Moment) -> datetime:
    assert moment.starts_at_local is not None
    return moment.starts_at_local


def _abbreviation_message(stated: str, moment: Moment, days: Days) -> str:
    if len(ABBREVIATIONS.get(stated, ())) > 1:
        return f"{stated} means several time zones. Choose which one is meant."
    place = place_name(moment.readings[0].time_zone)
    return (
        f"{stated} is not the time in force in {place} on {days.starts_on.day} {days.starts_on:%B %Y}. "
        f"Choose which reading is meant."
    )


def _marked(readings: Iterable[Reading]) -> list[Reading]:
    return [reading.model_copy(update={"suggested": at == 0}) for at, reading in enumerate(readings)]


def _is_supported(reading: Reading, others: Iterable[Reading]) -> bool:
    """Whether another statement gives the same instant; it may name the day before or after."""
    return any((reading.starts_at - other.starts_at) % timedelta(days=1) == timedelta(0) for other in others)


def clocks_of(passage: Passage) -> list[Clock]:
    """The clock times of a passage, its dates left aside. In a field for the time bare numbers count."""
    text = passage.text
    for mention in find_dates(text):
        text = text[: mention.start] + "\n" * (mention.end - mention.start) + text[mention.end :]
    is_time = passage.label is Label.TIME and whole_length(text) is None
    return find_clocks(text, is_time_field=is_time and not _has_sure_clock(text))


def _has_sure_clock(text: str) -> bool:
    return bool(find_clocks(text))


def _time_text(passage: Passage, clocks: Sequence[Clock]) -> str:
    """The words from the date to the last clock time, as they stand."""
    mentions = find_dates(passage.text)
    start = min([clocks[0].start, *(mention.start for mention in mentions)])
    end = max([clocks[-1].end, *(mention.end for mention in mentions)])
    text = passage.text[start:end] if end - start <= 200 else passage.text[clocks[0].start : clocks[-1].end]
    return text.strip()[:300]


def stated_length(passages: Sequence[Passage]) -> int | None:
    """Minutes that the announcement states: "Duration: 90 minutes", "the webinar lasts an hour"."""
    for passage in labels_of(passages, Label.LENGTH):
        if (found := find_length(passage.text)) is not None:
            return found.minutes
    for passage in passages:
        lowered = folded(passage.text)
        if passage.label in (None, Label.TIME, Label.DATE) and passage.topic in (
            Topic.LEAD,
            Topic.PRACTICAL,
            Topic.INTRODUCTION,
        ):
            if (whole := whole_length(passage.text)) is not None:
                return whole
            match = _LASTS.search(lowered)
            near = find_length(passage.text[max(0, match.start() - 25) : match.end() + 40]) if match else None
            if near is not None:
                return near.minutes
            if find_dates(passage.text) and (length := _length_among_facts(passage.text)) is not None:
                return length
            if passage.label is not None and (length := _bracketed_length(passage.text)) is not None:
                return length
    return None


def says_length(text: str) -> bool:
    return _LASTS.search(folded(text)) is not None and find_length(text) is not None


def _length_among_facts(text: str) -> int | None:
    """The 90 of "Online, 12 March 2026, 15:00 (CET), 90 minutes"."""
    found = [whole_length(piece) for piece in re.split(r"[,|·•;]\s", text[:300])]
    return next((minutes for minutes in found if minutes), None)


def _bracketed_length(text: str) -> int | None:
    found = [whole_length(inside) for inside in re.findall(r"\(([^()]{1,30})\)", text)]
    return next((minutes for minutes in found if minutes is not None), None)
