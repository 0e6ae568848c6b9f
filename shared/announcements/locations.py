"""Finds where the event takes place: online, or a venue and its city."""

import re
from collections.abc import Sequence

from shared.announcements.clocks import find_clocks
from shared.announcements.dates import find_dates
from shared.announcements.headings import Topic
from shared.announcements.items import cut_moderators
from shared.announcements.labels import Label
from shared.announcements.passages import Passage, labels_of
from shared.announcements.persons import is_person_name
from shared.announcements.places import is_city, is_country_name, zone_of_place
from shared.announcements.wording import folded

_ONLINE = re.compile(
    r"\b(?:online|on-line|virtual(?:ly)?|en ligne|a distance|visioconference|webconference|en linea|virtuale?s?|"
    r"via zoom|on zoom|by zoom|sur zoom|por zoom|in zoom|"
    r"via (?:microsoft )?teams|on (?:microsoft )?teams|sur teams|por teams|videoconferencia|livestream(?:ed)?|"
    r"videoconference)\b"
)
_ONLINE_WORDS = {"en": "online", "fr": "en ligne", "es": "en línea"}
_BUILDING = re.compile(
    r"\b(?:hall|room|centre|center|building|street|road|avenue|square|campus|theatre|theater|library|museum|"
    r"hotel|auditorium|house|school|university|salle|maison|mairie|"
    r"rue|quai|place|boulevard|bibliotheque|musee|amphitheatre|hotel de ville|palais|espace|ecole|universite|"
    r"calle|plaza|avenida|sala|salon|auditorio|biblioteca|museo|casa|"
    r"ayuntamiento|universidad|palacio|edificio|centro)\b"
)
_HAPPENS = re.compile(
    r"\b(?:takes? place|will be held|be held|is held|are held|held|taking place|aura lieu|se tiendra|se "
    r"deroulera|tendra lugar|se celebrara|se realizara|rendez-vous|meet us|join us)\b"
)
_AT = re.compile(
    r"\s(?:at the|at|in the|in|au|aux|a la|a l'|a|dans les|dans la|dans|chez|en el|en la|en los|en)\s?(?=\S)"
)
_NAMED_PLACE = re.compile(
    r"(?P<place>(?:[A-ZÀ-Þ][\w’'.&-]*|\d{1,4}[a-z]?)(?:,?\s(?:[A-ZÀ-Þ][\w’'.&-]*|of|the|de|la|le|les|du|des|del|"
    r"d'|\d{1,5}[a-z]?|y|and|et)){0,11})"
)
_NO_PLACE = re.compile(
    r"^(?:english|french|spanish|anglais|francais|espagnol|ingles|frances|espanol|catalan|january|february|march|"
    r"april|may|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|zoom|microsoft|teams|\d)",
    re.I,
)


def read_location(passages: Sequence[Passage], *, text_language: str) -> str | None:
    """The place in the announcement's words; "online" in its language for an event on the net."""
    for passage in labels_of(passages, Label.LOCATION):
        if value := passage.text.strip(" .;,"):
            return value[:300]
    stated = [p for p in passages if p.label in (None, Label.DATE, Label.TIME, Label.FORM)]
    cities = (city for p in stated if p.topic is Topic.LEAD and (city := _city_beside_date(p.text)))
    venue = next(cities, None) or next(
        (p.text.strip(" .,;") for p in stated if p.topic is Topic.LEAD and _is_address(p)), None
    )
    if venue is not None:
        return venue
    venue = next((place for passage in stated if (place := _venue(passage))), None)
    if venue is not None:
        return venue
    if any(_says_online(passage) for passage in stated):
        return _ONLINE_WORDS[text_language]
    return None


def _city_beside_date(text: str) -> str | None:
    """The city of a line such as "Porto, 3–4 June 2026", which holds nothing else."""
    mentions = find_dates(text)
    if len(mentions) != 1 or find_clocks(text):
        return None
    before, after = text[: mentions[0].start], text[mentions[0].end :]
    rest = re.sub(r"\b(?:les?|el|los|du|del|the|on|from|in|à|a|en)\s*$", "", before).strip(" ,|·•–—-(*") or after.strip(
        " ,|·•–—-()*."
    )
    rest = re.sub(r"\s*\((?:hybrid|online|in person|hybride|híbrido|presencial)\)?$", "", rest)
    parts = [part.strip() for part in rest.split(",")]
    is_place = all(is_city(part) or is_country_name(part) for part in parts)
    return rest if rest and len(rest) < 80 and is_place and (not before.strip() or not after.strip(" .,)")) else None


def _is_address(passage: Passage) -> bool:
    """Whether a short line by itself is nothing but a place: it has a word for a building or ends with a city."""
    text = passage.text.strip(" .")
    if (
        passage.is_title
        or not 2 <= len(text.split()) <= 14
        or text != passage.line.plain.strip(" .")
        or "," not in text
    ):
        return False
    if find_dates(text) or find_clocks(text) or "@" in text or "://" in text or not text[0].isupper():
        return False
    last = text.rsplit(",", 1)[-1]
    if is_city(last) or is_country_name(last):
        return True
    if cut_moderators(text)[1] or is_person_name(text.split(",")[0]):
        return False
    return not passage.text.endswith(".") and _BUILDING.search(folded(text)) is not None


def _venue(passage: Passage) -> str | None:
    if passage.is_aside or passage.is_deadline:
        return None
    lowered = folded(passage.text)
    happens = _HAPPENS.search(lowered)
    for match in _AT.finditer(lowered, happens.end(), happens.end() + 160) if happens else ():
        named = _NAMED_PLACE.match(passage.text, match.end())
        if (
            named is None
            or _NO_PLACE.match(folded(named["place"]))
            or passage.text[named.end() : named.end() + 1] == ":"
        ):
            continue
        place = re.sub(r"\s(?:and|et|y|of|the|de|la|le|on|du)$", "", named["place"].strip(" ,.")).strip(" ,")
        if len(place) > 2 and not re.fullmatch(r"[\d\s]+", place):
            return place[:300]
    return None


def _says_online(passage: Passage) -> bool:
    """In the introduction "online" may be the subject; there only a short statement about the event counts."""
    lowered = folded(passage.text)
    if _ONLINE.search(lowered) is None or passage.is_aside:
        return False
    if passage.topic in (Topic.INTRODUCTION, Topic.OTHER):
        return (
            re.search(
                r"\b(?:online|virtual|en ligne|en linea)\s(?:\w+\s)?(?:webinar|event|workshop|seminar|meeting|"
                r"conference|session)|(?:webinaire|atelier|webinario|taller|seminario|evento|reunion|seance)\s"
                r"(?:\w+\s)?(?:en ligne|en linea|virtual|online)|via zoom|on zoom|sur zoom|por zoom|held online",
                lowered,
            )
            is not None
        )
    return True


def zone_of_location(location: str | None) -> str | None:
    """The zone of the city that a location names, the last such part first ("Town hall, Ghent")."""
    if location is None:
        return None
    parts = [part.strip() for part in re.split(r"[,;()–—|/-]\s*", location) if part.strip()]
    for part in reversed(parts):
        words = part.split()
        for candidate in (part, " ".join(words[-2:]), words[-1]):
            if is_city(candidate) or (candidate == part and zone_of_place(part)):
                return zone_of_place(candidate)
    return None


def says_place(passage: Passage) -> bool:
    return _says_online(passage) or _is_address(passage) or _venue(passage) is not None
