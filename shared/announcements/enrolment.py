"""Finds how to register: the number of places, the outside form, and the last day."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from urllib.parse import urlsplit

from shared.announcements.blocks import Line
from shared.announcements.dates import DateMention, find_dates
from shared.announcements.headings import Topic
from shared.announcements.labels import Label
from shared.announcements.passages import Passage, labels_of
from shared.announcements.sections import Section
from shared.announcements.wording import folded

_NUMBER = r"(?P<places>\d{1,3}(?:[.,\u202f ]\d{3})(?!\d)|\d{1,5})"
_SEATS = (
    r"(?:places?|seats?|spots?|participants?|people|persons?|attendees|registrants|registrations|registered|"
    r"delegates|applicants|plazas?|cupos?|asientos|personas|participantes|inscritos|"
    r"inscripciones|asistentes|inscrits|personnes|inscriptions|inscritas|solicitudes|vacantes)"
)
_SEATS_PHRASE = rf"{_NUMBER}\s(?:(?:first|available|free|online|premier\w*|primer\w*|registered)\s)?{_SEATS}(?![^\W_])"
_PLACES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:limited|restricted|limite\w*|limitad\w*|capped|restreint\w*|maximum|max\.?|maximo|up to|jusqu'a|"
        rf"hasta|no more than|pas plus de|capacity|capacidad|aforo|jauge|cupo)\W{{0,3}}(?:\w+\W{{1,2}}){{0,5}}?"
        rf"{_SEATS_PHRASE}",
        rf"(?:places|seats|spots|plazas|cupos?|vacantes|aforo|number of (?:places|participants|seats)|nombre de "
        rf"(?:places|participants)|numero de (?:plazas|participantes)|registrations?|attendance|participation|"
        rf"capacity|capacidad|"
        rf"jauge|asientos)\s(?:\w+\s){{0,3}}?(?:limited|limite\w*|limitad\w*|capped|restringid\w*|restricted|"
        rf"maxim\w+|is|de|:)\s?(?:to|a|at|aux?|de|:)?\s?(?:the first |los primeros |las primeras |aux |un maximo "
        rf"de )?{_NUMBER}(?![\d%:.,]\d|\s?(?:€|eur|h\b|[ap]m|%|min))",
        rf"(?:first|primer[oa]s|premieres?|premiers)\s{_NUMBER}\s{_SEATS}(?![^\W_])",
        rf"(?:only|only have|have|there are|just|solo|seulement|hay|seules?|contamos con|disponemos de|room for|"
        rf"space for|we offer|we can welcome|nous disposons de|limited)\s{_SEATS_PHRASE}",
        rf"{_NUMBER}\s(?:places|seats|spots|plazas|cupos|asientos|vacantes)\s(?:are |sont |is |only|available|"
        rf"disponibles?|in total|maximum|limit\w+|au total|en total|libres|limitad\w+)",
        r"(?:places|plazas|seats|cupos?|aforo|spots)\s(?:are |is |est |es )?(?:limite\w*|limitad\w*|limited)\W{1,"
        r"3}(?:max\.?\s|maximum\s|maximo\s)?(?P<places>\d{1,5})(?!\d|\s?(?:€|h\b|%))",
        rf"^\W*{_NUMBER}\s(?:places|seats|spots|plazas|cupos|asientos|participants|participantes)\W*$",
        rf"\({_NUMBER}\s(?:places|seats|spots|plazas|cupos|asientos)\)",
    )
)
_SIGN_UP = re.compile(
    r"(?:regist(?:er|ration|re)|sign[- ]?up|rsvp|enrol|book (?:your|a|now|here)|booking|save your|reserve|inscri|"
    r"inscriv|inscrip|inscrib|registr|reserv|s'enregistrer|apply here|tickets?\b|billet|"
    r"formular|formulaire|attend here|secure your)"
)
_SIGN_UP_URL = re.compile(
    r"forms\.gle|docs\.google\.com/forms|forms\.office|eventbrite|/register|/registration|inscri|lu\.ma|"
    r"framaforms|typeform|surveymonkey|jotform|meetup\.com|tickettailor|billetweb|helloasso|"
    r"zoom\.us/(?:webinar|meeting)/register|events\.teams|registr|/rsvp|signup|sign-up|ti\.to|pretix|weezevent|"
    r"limesurvey|ec\.europa\.eu/eusurvey|/form|airmeet|livestorm|/book|indico"
)
_NO_SIGN_UP = re.compile(
    r"privacy|cookie|terms|legal|unsubscribe|desinscri|desabonn|confidentialit|privacidad|facebook\.com|twitter\."
    r"com|linkedin\.com|instagram\.com|youtube\.com|/logo|\.(?:png|jpe?g|gif|svg)$|mailto:|calendar\.google|\."
    r"ics$|zoom\.us/j/"
)


def read_places(passages: Sequence[Passage]) -> int | None:
    for passage in labels_of(passages, Label.PLACES):
        if (match := re.search(_NUMBER, folded(passage.text))) is not None:
            return _count(match["places"])
    for passage in passages:
        if passage.topic is Topic.INTRODUCTION and not re.search(
            r"limit|places|seats|plazas|cupo|aforo", folded(passage.text)
        ):
            continue
        if passage.label in (None, Label.OPEN, Label.REGISTRATION, Label.LOCATION, Label.PRICE) and (
            places := _places_in(passage.text)
        ):
            return places
    return None


def _places_in(text: str) -> int | None:
    lowered = folded(text)
    found = (pattern.search(lowered) for pattern in _PLACES)
    match = next((match for match in found if match is not None), None)
    return _count(match["places"]) if match else None


def _count(number: str) -> int | None:
    places = int(re.sub(r"\D", "", number))
    return places if 0 < places <= 1_000_000 else None


def read_closing_day(
    passages: Sequence[Passage], day_of: Callable[[DateMention], date | None], *, not_after: date
) -> date | None:
    """The last day to register, where the text states one; it is never after the event."""
    for passage in (*labels_of(passages, Label.DEADLINE), *(p for p in passages if p.label is not Label.DEADLINE)):
        if not passage.is_deadline and not (passage.label is Label.REGISTRATION and _until(passage.text)):
            continue
        for mention in find_dates(passage.text)[:2]:
            on = day_of(mention)
            if on is not None and mention.first.year is None and on > not_after:
                on = mention.first.on(on.year - 1)
            if on is not None and on <= not_after:
                return on
    return None


def _until(text: str) -> bool:
    return re.search(r"\b(?:until|by|before|till|jusqu'au|avant|hasta|antes)\b", folded(text)) is not None


def read_registration_url(sections: Iterable[Section], passages: Sequence[Passage]) -> str | None:
    """The outside form: the first web link that stands with words of registering; else one that is plainly a form."""
    lines = [(section, line) for section in sections for line in _with_heading(section)]
    for passage in labels_of(passages, Label.REGISTRATION):
        if urls := _urls(passage.line):
            return urls[0]
    named = [
        url
        for _, line in lines
        for link in line.links
        if _SIGN_UP.search(folded(link.text)) and not _is_address(link.text)
        for url in _accepted([link.url])
    ]
    if named:
        return named[0]
    nearby = [
        url
        for position, (_, line) in enumerate(lines)
        for url in _urls(line)
        if _SIGN_UP.search(_around(lines, position))
    ]
    in_section = [url for section, line in lines if section.topic is Topic.REGISTRATION for url in _urls(line)]
    forms = [url for _, line in lines for url in _urls(line) if _SIGN_UP_URL.search(url.lower())]
    return next(iter([*nearby, *in_section, *forms]), None)


def _with_heading(section: Section) -> Iterator[Line]:
    if section.heading is not None:
        yield section.heading
    yield from section.lines()


def _around(lines: list[tuple[Section, Line]], position: int) -> str:
    """The line's words, and those of the line before where the link stands alone."""
    line = lines[position][1]
    words = folded(re.sub(r"https?://\S+", " ", line.plain))
    if len(words.split()) <= 3 and position:
        before = lines[position - 1][1].plain
        words = f"{folded(before)} {words}" if len(before) < 300 else words
    return words


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://", "www."))


def _urls(line: Line) -> list[str]:
    return _accepted([link.url for link in line.links])


def _accepted(urls: Iterable[str]) -> list[str]:
    """Web links only, without menus and social media; longer ones than any form needs are dropped."""
    return [url for url in urls if _is_web(url) and not _NO_SIGN_UP.search(url.lower())]


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (
        parts.scheme.lower() in ("http", "https")
        and "." in parts.netloc
        and len(url) <= 2000
        and not re.search(r"\s", url)
    )


def says_places(text: str) -> bool:
    return _places_in(text) is not None


def says_sign_up(text: str) -> bool:
    return _SIGN_UP.search(folded(text)) is not None
