"""Reads one line of a programme: its title, the people who give it, its clock time and its minutes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time

from shared.announcements.clocks import Clock, find_clocks
from shared.announcements.item_kinds import kind_of
from shared.announcements.minutes import cut_length, whole_length
from shared.announcements.persons import has_honorific, is_person_name, is_role, pieces, read_person
from shared.announcements.wording import folded
from shared.schemas.programme import ItemKind, Part, PersonFacts

_MODERATED = re.compile(
    r"(?:^|[\s,;(.–—-]+)(?:moderated by|moderator|moderators|moderation by|moderation|chaired by|chair|"
    r"facilitated by|facilitator|hosted by|moderee? par|"
    r"modere par|animee? par|anime par|animation|moderateur|moderatrice|modera|moderan|moderado por|moderada por|"
    r"moderador|moderadora|conduce|moderacion)"
    r"\s?(?::|by\s|par\s|de\s|a cargo de\s|por\s|\s)\s*(?=\S)"
)
# Behind the moderator the same line may go on to those who are moderated.
_THEN_OTHERS = re.compile(
    r":\s+(?=\S)|[\s,;.(]+(?:with|avec|con|participan|speakers|panell?ists|panelistas|ponentes|intervienen|intervenante?s|"
    r"orateurs|participants|participantes)(?:\s?:)?\s+(?=\S)"
)
_GIVEN_BY = re.compile(
    r"[\s,;(.–—:-]+(?:by|par|por|a cargo de|speakers?\s?:|presented by|presente par|presentado por|impartid[oa] "
    r"por|ponentes?\s?:|intervenante?s?\s?:|with|avec|con|"
    r"given by|led by|con la participacion de|avec la participation de|featuring|anime par|panell?ists?\s?:|"
    r"presenters?\s?:|panelistas\s?:|participants?\s?:|participantes\s?:|participan\s?:|orateurs?\s?:|intervienen?\s?:|"
    r"(?<=accueil )d[eu]|(?<=bienvenida )del?|(?<=apertura )del?|(?<=cierre )del?|(?<=bienvenue )d[eu])\s+(?=\S)"
)
_SPEAKER_LABEL = re.compile(
    r"^\W*(?:speakers?|presenters?|presented by|with|by|panell?ists?|intervenante?s?(?:·e·s)?|avec|par|ponentes?|"
    r"panelistas|con|a cargo de|intervienen?|interviene|orateurs?|"
    r"expositore?s?|expositoras?|participants|participantes|participan|trainer|discussants?|keynote speaker|"
    r"oradore?s?|facilitators?)\s?:\s*"
)
_BY_ROLE = re.compile(r"^(?:the|le|la|l'|el)?\s?(?P<role>[^,]{3,80}),\s*(?P<name>[^,]{3,60})$", re.IGNORECASE)
_DASHES = "–—-:|"
_QUOTED = re.compile(r"[“\"«](?P<title>[^“”\"«»]{4,300})[”\"»]")
_ANDS = re.compile(r"\s+(?:and|et|y|e|&|und|i)\s+")
_LONGEST_TITLE = 500
# Recognisers look no further into a line than this; nobody is announced behind it.
_LONGEST_LINE = 2_000
_LONGEST_PEOPLE = 1_000


@dataclass
class ItemReading:
    """One programme line as far as it is understood. `ends` is the second time of "14:00–14:10", `text` the rest."""

    title: str
    kind: ItemKind
    minutes: int | None = None
    starts: time | None = None
    ends: time | None = None
    text: str = ""
    people: list[PersonFacts] = field(default_factory=list)

    def add_people(self, people: list[PersonFacts]) -> None:
        self.people += [person for person in people if person.name not in {known.name for known in self.people}]


def read_item(text: str) -> ItemReading:
    """A line such as "14:10 Talk title — Name (Organisation) (10 min)", in any of the orders people write."""
    text = " ".join(text[:_LONGEST_LINE].split())
    starts, ends, text = cut_clock(text)
    text, minutes = cut_length(text)
    if minutes is None and starts is not None and ends is not None:
        minutes = minutes_between(starts, ends)
    minutes = minutes if minutes is None or minutes <= 24 * 60 else None
    whole = _tidied(text)[:_LONGEST_TITLE]
    title, people = _title_and_people(text.strip(" –—-|;,"))
    title = _tidied(title) or ", ".join(person.name for person in people) or text.strip() or "–"
    people = people[:50]
    return ItemReading(
        title[:_LONGEST_TITLE], kind_of(title, has_people=bool(people)), minutes, starts, ends, whole, people
    )


def minutes_between(first: time, last: time) -> int:
    """The minutes from one clock time to the next time the clock shows the other."""
    return (last.hour * 60 + last.minute - first.hour * 60 - first.minute) % (24 * 60)


def cut_clock(text: str) -> tuple[time | None, time | None, str]:
    """The clock time or span that a line begins with (or has in brackets at its end), and the line without it."""
    for clock in find_clocks(text[:400]):
        if clock.ends is None and _is_rather_length(clock):
            continue
        before, after = text[: clock.start], text[clock.end :]
        if not before.strip(" ([*:-–—|") or folded(before).strip(" (") in (
            "at",
            "a",
            "a las",
            "from",
            "de",
            "time:",
            "a partir de",
        ):
            return clock.starts, clock.ends, re.sub(r"^[\s)\].:,|–—-]+", "", after)
        if not after.strip(" )].") and re.search(r"[(\[|,–—-]\s*$", before):
            return clock.starts, clock.ends, re.sub(r"[\s(\[|,–—-]+$", "", before)
    return None, None, text


def _is_rather_length(clock: Clock) -> bool:
    """ "1h" and "1h30" are clock times only where an event would begin that early."""
    return clock.starts.hour < 5 and whole_length(clock.text) is not None


def _tidied(title: str) -> str:
    title = title.strip(" –—-|;,:•")
    quoted = _QUOTED.fullmatch(title)
    return (quoted["title"].strip() if quoted else title).strip()


def _title_and_people(text: str) -> tuple[str, list[PersonFacts]]:
    text, moderators = cut_moderators(text)
    for read in (_quoted_title, _only_people, _given_by, _divided_by_dash, _in_brackets, _after_commas):
        if (found := read(text)) is not None:
            return found[0], [*found[1], *moderators]
    return text, moderators


def cut_moderators(text: str) -> tuple[str, list[PersonFacts]]:
    """The text without its "moderated by …", and those persons as moderators."""
    match = _MODERATED.search(folded(text[:_LONGEST_LINE]))
    if match is None:
        return text, []
    said = text[match.end() :]
    for others in _THEN_OTHERS.finditer(folded(said)):
        people = read_people(said[: others.start()].rstrip(" )."), part=Part.MODERATOR)
        if people and read_people(said[others.end() :].rstrip(" ).")):
            return f"{text[: match.start()].strip()} {said[others.start() :].lstrip(' ,;.')}".strip(), people
    people = read_people(said.rstrip(" )."), part=Part.MODERATOR)
    return (text[: match.start()].strip(), people) if people else (text, [])


def speakers_of_line(text: str) -> list[PersonFacts]:
    """The people of a line below an item: "Speakers: …", or nothing but persons."""
    if len(text) > _LONGEST_PEOPLE:
        return []
    if (match := _SPEAKER_LABEL.match(folded(text))) is not None:
        return read_people(text[match.end() :])
    found = _only_people(text)
    return found[1] if found is not None else read_people(text) if is_person_name(text) else []


def is_people_label(text: str) -> bool:
    """Whether a line below an item begins with "Speakers:" or "Chair:"."""
    lowered = folded(text[:_LONGEST_LINE])
    moderated = _MODERATED.match(lowered)
    return _SPEAKER_LABEL.match(lowered) is not None or (moderated is not None and ":" in moderated.group())


def read_people(text: str, *, part: Part = Part.SPEAKER) -> list[PersonFacts]:
    """One person or several ("A (X), B (Y) and C", "A, role, X; B, role, Y"); empty if the text is anything else."""
    text = text.strip(" .;,–—|")
    if len(text) > _LONGEST_PEOPLE:
        return []
    for split in (_at_semicolons, _at_every_mark, _at_ands):
        parts = split(text)
        people = [read_person(each, part=part) for each in parts] if len(parts) > 1 else []
        found = [person for person in people if person is not None]
        if found and len(found) == len(people):
            return found
    if (
        (match := _BY_ROLE.match(text)) is not None
        and _begins_with_role(match["role"])
        and is_person_name(match["name"])
    ):
        owner = read_person(f"{match['name']}, {match['role']}", part=part)
        return [owner] if owner is not None else []
    person = read_person(text, part=part)
    return [person] if person is not None else []


def _begins_with_role(text: str) -> bool:
    return is_role(" ".join(text.split()[:2])) and not re.search(r"\b(?:by|par|por|with|avec|con)\b", folded(text))


def _at_semicolons(text: str) -> list[str]:
    return [piece for piece in pieces(text, ";|") if piece]


def _at_every_mark(text: str) -> list[str]:
    """Cut at commas and at the last "and", when every piece is a name with or without brackets."""
    parts = [each.strip() for piece in pieces(text, ",") for each in _split_ands(piece)]
    parts = [part for part in parts if part]
    names = [part.partition("(")[0].strip() for part in parts]
    is_list = all(map(is_person_name, names)) and (len(parts) > 2 or "(" in text or len(pieces(text, ",")) < len(parts))
    return parts if is_list else []


def _split_ands(text: str) -> Iterator[str]:
    start = 0
    for match in _ANDS.finditer(text):
        if text.count("(", 0, match.start()) == text.count(")", 0, match.start()):
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]


def _at_ands(text: str) -> list[str]:
    """Cut at each "and" behind which another person with a name begins ("A, X and B, Y")."""
    parts: list[str] = []
    for piece in _split_ands(text):
        name = re.split(r"[,(]", piece.strip())[0].strip()
        if parts and not (is_person_name(name) and ("," in piece or "(" in piece)):
            parts[-1] += f" and {piece}"
        else:
            parts.append(piece.strip(" ,"))
    return parts


def _is_evident(people: list[PersonFacts]) -> bool:
    """Whether more than a pair of capital letters says that these are persons."""
    return bool(people) and (
        len(people) > 1 or any(p.role or p.organisation or p.city or has_honorific(p.name) for p in people)
    )


def _quoted_title(text: str) -> tuple[str, list[PersonFacts]] | None:
    """Names before or behind a title in quotation marks."""
    match = _QUOTED.search(text)
    if match is None:
        return None
    before = text[: match.start()].strip(" ,:–—-|(")
    after = re.sub(r"^(?:by|par|por|with|avec|con)\s", "", text[match.end() :].strip(" ,:–—-|()."))
    for rest, other in ((after, before), (before, after)):
        people = read_people(rest)
        if people and not other:
            return match["title"], people
        if not people and ":" in rest and not other:
            head, _, tail = rest.rpartition(":")
            if people := read_people(tail):
                return f"{head.strip()}: {match['title']}", people
        if people and len(other.split()) <= 3 and not read_people(other):
            return f"{other}: {match['title']}" if other == before else match["title"], people
    return None


def _only_people(text: str) -> tuple[str, list[PersonFacts]] | None:
    if ":" in text or _QUOTED.search(text):
        return None
    if len(pieces(text, "–—-")) > 1:  # "Name – title" and "Name – organisation" look alike; see _divided_by_dash.
        return None
    people = read_people(text)
    if not _is_evident(people) or any(_is_no_affiliation(person) for person in people):
        return None
    return "", people


def _is_no_affiliation(person: PersonFacts) -> bool:
    """Whether what follows the name reads like a sentence or a title, not like a role or an organisation."""
    said = person.organisation or ""
    return (person.role is None and len(said.split()) > 3 and said[:1].islower()) or "?" in said


def _given_by(text: str) -> tuple[str, list[PersonFacts]] | None:
    for match in _GIVEN_BY.finditer(folded(text)):
        people = read_people(text[match.end() :].rstrip(")"))
        if people and text[: match.start()].split() and not any("?" in (p.organisation or "") for p in people):
            return text[: match.start()], people
    return None


def _divided_by_dash(text: str) -> tuple[str, list[PersonFacts]] | None:
    """ "Title — people" or "people: title", whichever side reads as people."""
    for cut in _cuts(text):
        left, right = text[:cut].strip(), text[cut + 1 :].strip()
        if not left or not right:
            continue
        if (people := read_people(right)) and not any(map(_is_no_affiliation, people)):
            evident_left = _is_evident(read_people(left)) or (is_person_name(left) and not _is_evident(people))
            if not evident_left:
                return left, people
        if people := read_people(left):
            return _affiliated(people, right)
    return None


def _affiliated(people: list[PersonFacts], right: str) -> tuple[str, list[PersonFacts]]:
    """What follows a bare name and a dash: where the person works if it says so, else the title."""
    if not _is_evident(people) and len(people) == 1 and is_role(right) and len(right.split()) < 12:
        person = read_person(f"{people[0].name}, {right}")
        return ("", [person]) if person is not None else (right, people)
    return right, people


def _cuts(text: str) -> Iterator[int]:
    """Positions of dashes and colons that divide a line, outside brackets, the last dash first."""
    depth, dashes, colons = 0, [], []
    for position, character in enumerate(text):
        depth = max(0, depth + (character in "([“«") - (character in ")]”»"))
        spaced = text[position + 1 : position + 2] == " "
        if depth == 0 and character in _DASHES and spaced:
            if character == ":":
                colons.append(position)
            elif text[position - 1 : position] == " ":
                dashes.append(position)
    yield from reversed(dashes[-3:])
    yield from colons[:2]


def _in_brackets(text: str) -> tuple[str, list[PersonFacts]] | None:
    match = re.match(r"^(?P<title>.+\S)\s*\((?P<people>[^()]*(?:\([^()]*\)[^()]*)*)\)\W*$", text)
    if match is None or is_person_name(match["title"]):
        return None
    people = read_people(match["people"])
    return (match["title"], people) if people else None


def _after_commas(text: str) -> tuple[str, list[PersonFacts]] | None:
    """ "Title, Name, role, organisation": the first piece that reads as a name with something said of it."""
    marks = [match.end() for match in re.finditer(r"[,.]\s+(?=\S)", text)]
    for mark in marks[:6]:
        if text.count("(", 0, mark) != text.count(")", 0, mark):
            continue
        people = read_people(text[mark:])
        if _is_evident(people) and not _only_role_words(people):
            return text[:mark].rstrip(" ,."), people
    return None


def _only_role_words(people: list[PersonFacts]) -> bool:
    return any(is_role(person.name) and not has_honorific(person.name) for person in people)
