"""Writes an announcement as Markdown that reads back to the same facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from shared.announcements.items import read_item, read_people
from shared.announcements.lines import plain_line
from shared.announcements.model import Announcement
from shared.schemas.programme import Part, PersonFacts, ProgrammeItemFacts
from shared.timezones import in_zone


@dataclass(frozen=True)
class _Words:
    """The headings and labels of one language; the reader knows each of them."""

    form: dict[str, str]
    introduction: str
    contents: str
    audiences: str
    programme: str
    speakers: str
    practical: str
    organisers: str
    day: str
    calendar: str
    date: str
    time: str
    zone: str
    length: str
    ends: str
    location: str
    language: str
    price: str
    free: str
    access: str
    open: str
    closed: str
    places: str
    registration: str
    deadline: str
    moderator: str
    moderated_by: str
    colon: str
    date_pattern: str


_ENGLISH_FORMS: dict[str, str] = {}
_FRENCH_FORMS = {
    "webinar": "webinaire",
    "workshop": "atelier",
    "conference": "congrès",
    "seminar": "séminaire",
    "training": "formation",
}
_FRENCH_FORMS |= {
    "round table": "table ronde",
    "symposium": "colloque",
    "meeting": "réunion",
    "study day": "journée d'étude",
}
_FRENCH_FORMS |= {"dialogue": "débat", "launch": "lancement", "info session": "séance d'information"}
_SPANISH_FORMS = {
    "webinar": "webinario",
    "workshop": "taller",
    "conference": "congreso",
    "seminar": "seminario",
    "training": "curso",
}
_SPANISH_FORMS |= {
    "round table": "mesa redonda",
    "forum": "foro",
    "symposium": "coloquio",
    "lecture": "charla",
    "meeting": "reunión",
}
_SPANISH_FORMS |= {
    "study day": "jornada",
    "dialogue": "conversatorio",
    "launch": "lanzamiento",
    "info session": "sesión informativa",
}

_WORDS = {
    "en": _Words(
        form=_ENGLISH_FORMS,
        introduction="Introduction",
        contents="Contents",
        audiences="Who should attend",
        programme="Programme",
        speakers="Speakers",
        practical="Practical information",
        organisers="Organisers",
        day="Day",
        calendar="Calendar",
        date="Date",
        time="Time",
        zone="Time zone",
        length="Duration",
        ends="Ends",
        location="Location",
        language="Languages",
        price="Price",
        free="free",
        access="Participation",
        open="open to everyone",
        closed="by invitation only",
        places="Places",
        registration="Registration",
        deadline="Registration deadline",
        moderator="Moderator",
        moderated_by="moderated by",
        colon=":",
        date_pattern="EEEE d MMMM y",
    ),
    "fr": _Words(
        form=_FRENCH_FORMS,
        introduction="Introduction",
        contents="Contenus",
        audiences="À qui s'adresse",
        programme="Programme",
        speakers="Intervenants",
        practical="Informations pratiques",
        organisers="Organisateurs",
        day="Jour",
        calendar="Calendrier",
        date="Date",
        time="Heure",
        zone="Fuseau horaire",
        length="Durée",
        ends="Fin",
        location="Lieu",
        language="Langues",
        price="Tarif",
        free="gratuit",
        access="Participation",
        open="ouverte à tous",
        closed="sur invitation",
        places="Nombre de places",
        registration="Inscription",
        deadline="Date limite d'inscription",
        moderator="Modération",
        moderated_by="animé par",
        colon=" :",
        date_pattern="EEEE d MMMM y",
    ),
    "es": _Words(
        form=_SPANISH_FORMS,
        introduction="Introducción",
        contents="Contenidos",
        audiences="Dirigido a",
        programme="Programa",
        speakers="Ponentes",
        practical="Información práctica",
        organisers="Organizadores",
        day="Día",
        calendar="Calendario",
        date="Fecha",
        time="Hora",
        zone="Zona horaria",
        length="Duración",
        ends="Fin",
        location="Lugar",
        language="Idiomas",
        price="Precio",
        free="gratuito",
        access="Participación",
        open="abierta a todas las personas",
        closed="por invitación",
        places="Plazas",
        registration="Inscripción",
        deadline="Fecha límite de inscripción",
        moderator="Modera",
        moderated_by="moderado por",
        colon=":",
        date_pattern="EEEE d 'de' MMMM 'de' y",
    ),
}


def write_announcement(announcement: Announcement) -> str:
    """The announcement as Markdown, in its own language. Reading it again gives the same facts.

    The remarks and `time_text` are about the text that was read, so they are not written.
    """
    return _Writer(announcement, _WORDS.get(announcement.text_language, _WORDS["en"])).text()


@dataclass(frozen=True)
class _Writer:
    announcement: Announcement
    words: _Words

    def text(self) -> str:
        parts = [*self._head(), *self._prose(), *self._programme(), *self._practical()]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _head(self) -> Iterator[str]:
        facts = self.announcement
        form = facts.form and self.words.form.get(facts.form, facts.form)
        quoted = facts.title if any(mark in facts.title for mark in '“”"«»') else f"“{facts.title}”"
        heading = f"{form[:1].upper()}{form[1:]}{self.words.colon} {quoted}" if form else quoted
        yield f"# {plain_line(heading).markdown}"
        if facts.calendar:
            yield self._line(self.words.calendar, facts.calendar)

    def _prose(self) -> Iterator[str]:
        facts = self.announcement
        if facts.introduction:
            yield from (f"## {self.words.introduction}", facts.introduction)
        yield from self._list(self.words.contents, facts.contents)
        yield from self._list(self.words.audiences, facts.audiences)

    def _list(self, heading: str, entries: list[str]) -> Iterator[str]:
        if entries:
            yield f"## {heading}"
            yield "\n".join(f"- {plain_line(entry).markdown}" for entry in entries)

    def _programme(self) -> Iterator[str]:
        facts = self.announcement
        moderators = [person for person in facts.people if person.part is Part.MODERATOR]
        if facts.programme:
            yield f"## {self.words.programme}"
            yield from (self._line(self.words.moderator, _person_text(person)) for person in moderators)
        for day, items in groupby(facts.programme, key=lambda item: item.day):
            if any(item.day > 1 for item in facts.programme):
                yield f"### {self.words.day} {day} – {self._date(facts.starts_on + timedelta(days=day - 1))}"
            yield "\n".join(f"- {plain_line(self._item(item)).markdown}" for item in items)
        speakers = [_person_text(person) for person in facts.people if person.part is Part.SPEAKER]
        yield from self._list(self.words.speakers, speakers)

    def _item(self, item: ProgrammeItemFacts) -> str:
        """The plainest line that reads back to this item."""
        lines = [self._item_line(item, body) for body in _item_bodies(item, self.words.moderated_by)]
        return next((line for line in lines if _reads_back(line, item)), lines[-1])

    def _item_line(self, item: ProgrammeItemFacts, body: str) -> str:
        clock = f"{item.starts_at_clock:%H:%M} " if item.starts_at_clock is not None else ""
        minutes = f" ({item.minutes} min)" if item.minutes is not None else ""
        return f"{clock}{body}{minutes}"

    def _practical(self) -> Iterator[str]:
        lines = [self._line(label, value) for label, value in self._facts() if value]
        yield f"## {self.words.practical}"
        yield "\n".join(f"- {line}" for line in lines)
        persons = [_person_text(person) for person in self.announcement.people if person.part is Part.HOST]
        yield from self._list(self.words.organisers, [*self.announcement.hosts, *persons])

    def _facts(self) -> Iterator[tuple[str, str | None]]:
        facts, words = self.announcement, self.words
        yield from self._when()
        yield words.location, facts.location
        yield words.language, ", ".join(_language_name(code, facts.text_language) for code in facts.languages)
        yield words.price, words.free if facts.is_free else facts.price_text
        yield words.access, {True: words.open, False: words.closed, None: None}[facts.is_open_to_all]
        yield words.places, str(facts.places) if facts.places else None
        yield words.registration, facts.registration_url
        yield words.deadline, self._date(facts.registration_closes_on) if facts.registration_closes_on else None
        if not facts.programme:
            yield from ((words.moderator, _person_text(p)) for p in facts.people if p.part is Part.MODERATOR)

    def _when(self) -> Iterator[tuple[str, str | None]]:
        facts, words = self.announcement, self.words
        several = facts.ends_on != facts.starts_on
        days = self._date(facts.starts_on) + (f" – {self._date(facts.ends_on)}" if several else "")
        yield words.date, days
        if facts.starts_at_local is None:
            yield words.zone, facts.time_zone
        else:
            zone = f" ({facts.time_zone})" if facts.time_zone else ""
            yield words.time, f"{facts.starts_at_local:%H:%M}{zone}"
        if facts.minutes and several and facts.starts_at_local is not None:
            yield words.ends, f"{self._date(facts.ends_on)}, {self._end_clock()}"
        elif facts.minutes:
            yield words.length, f"{facts.minutes} min"

    def _end_clock(self) -> str:
        """The wall clock at the end; minutes are counted between instants, for the clocks may change in between."""
        facts = self.announcement
        starts, lasts = facts.starts_at_local, timedelta(minutes=facts.minutes or 0)
        assert starts is not None
        if facts.time_zone is None:
            return f"{starts + lasts:%H:%M}"
        end = (in_zone(starts, facts.time_zone).astimezone(UTC) + lasts).astimezone(ZoneInfo(facts.time_zone))
        return f"{end:%H:%M}"

    def _line(self, label: str, value: str) -> str:
        return f"{label}{self.words.colon} {plain_line(value).markdown}"

    def _date(self, on: date) -> str:
        return str(format_date(on, self.words.date_pattern, locale=self.announcement.text_language))


def _item_bodies(item: ProgrammeItemFacts, moderated_by: str) -> Iterator[str]:
    speakers = [person for person in item.people if person.part is not Part.MODERATOR]
    moderators = [person for person in item.people if person.part is Part.MODERATOR]
    led = f", {moderated_by} {_people_text(moderators)}" if moderators else ""
    if item.title == ", ".join(person.name for person in item.people):
        yield _people_text(speakers) + led
        yield "; ".join(map(_labelled_text, item.people))
    if not speakers:
        yield item.title + led
        yield f"“{item.title}”{led}"
        return
    yield f"{item.title} — {_people_text(speakers)}{led}"
    yield f"“{item.title}” — {_people_text(speakers)}{led}"
    yield f"“{item.title}” — {'; '.join(map(_labelled_text, speakers))}{led}"


def _reads_back(line: str, item: ProgrammeItemFacts) -> bool:
    read = read_item(line)
    return (read.title, read.minutes, read.starts, read.people) == (
        item.title,
        item.minutes,
        item.starts_at_clock,
        item.people,
    )


def _people_text(people: list[PersonFacts]) -> str:
    return "; ".join(map(_person_text, people))


def _person_text(person: PersonFacts) -> str:
    """ "Name, role, organisation, city", or with the names of the fields where that would be read otherwise."""
    said = [fact for fact in (person.role, person.organisation, person.city) if fact]
    for text in (", ".join([person.name, *said]), f"{person.name} ({', '.join(said)})"):
        if read_people(text, part=person.part) == [person]:
            return text
    return _labelled_text(person)


def _labelled_text(person: PersonFacts) -> str:
    fields = (("role", person.role), ("organisation", person.organisation), ("city", person.city))
    said = "; ".join(f"{field}: {value}" for field, value in fields if value)
    return f"{person.name} ({said})" if said else person.name


def _language_name(code: str, language: str) -> str:
    return str(Locale(language).languages.get(code, code.upper()))
