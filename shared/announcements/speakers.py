"""Reads the people who are announced apart from the programme, and completes the programme with them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from shared.announcements.blocks import Block, Heading, Listing, Paragraph, Table
from shared.announcements.headings import Topic
from shared.announcements.items import cut_moderators, read_people
from shared.announcements.labels import Label
from shared.announcements.notes import Notes
from shared.announcements.passages import Passage, labels_of
from shared.announcements.persons import has_honorific, is_person_name, read_person
from shared.announcements.programme_lines import logical_lines
from shared.announcements.sections import Section, of_topic
from shared.announcements.wording import folded, phrase, sentences
from shared.schemas.programme import ItemKind, Part, PersonFacts, ProgrammeItemFacts

_IS = re.compile(
    r"^(?P<name>[^,.:;]{3,60}?)\s(?:is|was|est|es|leads|directs|works as)\s(?:the\s|a\s|an\s|la\s|le\s|l'|el\s|"
    r"un\s|une\s|una\s)?(?P<role>[^.;]{3,160})"
)


def read_speakers(sections: Sequence[Section], notes: Notes) -> list[PersonFacts]:
    """The persons under a heading of speakers or of moderation, each as one line, bullet, row or biography."""
    people: list[PersonFacts] = []
    for section in of_topic(sections, Topic.SPEAKERS, Topic.MODERATION):
        part = Part.MODERATOR if section.topic is Topic.MODERATION else Part.SPEAKER
        for text in _entries(section.blocks):
            found = _read(text, part)
            people += found
            if not found:
                notes.ignored(text, "people")
    return people


def _read(text: str, part: Part) -> list[PersonFacts]:
    rest, moderators = cut_moderators(text)
    if moderators and len(rest) < 4:
        return moderators
    text = re.sub(r"^\W*", "", text) if not has_honorific(text) else text
    match = _IS.match(text)
    if match is not None and is_person_name(match["name"]):
        person = read_person(f"{match['name']}, {match['role']}", part=part)
        return [person] if person is not None else []
    if re.search(
        r"\((?:moderator|moderation|chair|moderateur|moderatrice|modera|moderadora?|animation)\)", folded(text)
    ):
        text, part = re.sub(r"\s*\([^()]*(?i:mod|chair|anim)[^()]*\)", "", text), Part.MODERATOR
    return read_people(text, part=part)


def _entries(blocks: Sequence[Block]) -> Iterator[str]:
    """Each person's lines as one: a name that stands alone is joined to the line that says who it is."""
    waiting = ""
    for text in _texts(blocks):
        if waiting:
            yield f"{waiting}, {sentences(text)[0]}" if not is_person_name(text) else waiting
            waiting = text if is_person_name(text) else ""
        elif is_person_name(text):
            waiting = text
        else:
            yield text
    if waiting:
        yield waiting


def _texts(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading(line=line):
                yield line.plain
            case Paragraph(lines=lines):
                yield from (line.plain for line in logical_lines(lines))
            case Listing(items=items):
                for item in items:
                    own = [line.plain for line in logical_lines(item.lines)]
                    nested = [line for child in item.children for line in _texts([child])]
                    yield ", ".join([*own, *nested][:3]) if own and is_person_name(own[0]) else " ".join(own)
            case Table(rows=rows):
                yield from (", ".join(cell.plain for cell in row if cell.plain) for row in rows)


def read_lead_people(sections: Sequence[Section], programme: Sequence[ProgrammeItemFacts]) -> list[PersonFacts]:
    """Speakers who stand without a heading above the rest, each on a line or bullet with what they are."""
    known = {bare_name(person.name) for item in programme for person in item.people}
    lines = [text for section in of_topic(sections, Topic.LEAD) for text in _texts(section.blocks)]
    people = [person for text in lines for person in _read(text, Part.SPEAKER) if len(text) < 200]
    evident = [p for p in people if p.role or p.organisation or has_honorific(p.name)]
    evident = [p for p in evident if not any(mark.isdigit() for mark in p.organisation or "")]
    return [person for person in evident if bare_name(person.name) not in known]


def read_moderators(passages: Sequence[Passage]) -> list[PersonFacts]:
    """Moderators named by a label or in a sentence outside the programme."""
    people = [
        person for p in labels_of(passages, Label.MODERATOR) for person in read_people(p.text, part=Part.MODERATOR)
    ]
    for passage in passages:
        if passage.label is None:
            people += cut_moderators(passage.text.rstrip("."))[1]
    return people


def merged(people: Iterable[PersonFacts]) -> list[PersonFacts]:
    """Each person once per part with everything that is said of them; moderators first, then speakers, then hosts."""
    known: dict[tuple[str, Part], PersonFacts] = {}
    for person in people:
        key = (bare_name(person.name), person.part)
        known[key] = completed(known[key], person) if key in known else person
    return sorted(known.values(), key=lambda person: list(Part).index(person.part))


def _named_at_end(known: Mapping[str, PersonFacts]) -> Callable[[ProgrammeItemFacts], ProgrammeItemFacts]:
    """Reads "Welcome, Kim Lee" as an item of Kim Lee, once the name is known from elsewhere."""

    def read(item: ProgrammeItemFacts) -> ProgrammeItemFacts:
        title, _, name = item.title.rpartition(",")
        person = known.get(bare_name(name)) if title and not item.people else None
        if person is None:
            return item
        kind = ItemKind.TALK if item.kind is ItemKind.OTHER else item.kind
        people = [person.model_copy(update={"part": Part.SPEAKER})]
        return item.model_copy(update={"title": title.strip(), "people": people, "kind": kind})

    return read


def completed(person: PersonFacts, other: PersonFacts) -> PersonFacts:
    missing = {
        field: getattr(other, field) for field in ("role", "organisation", "city") if getattr(person, field) is None
    }
    return person.model_copy(update={field: value for field, value in missing.items() if value is not None})


def bare_name(name: str) -> str:
    words = phrase(name).split()
    return " ".join(word for word in words if word not in ("dr", "prof", "dra", "professor", "doctor", "ing", "pr"))


def with_speakers(
    programme: list[ProgrammeItemFacts], speakers: Iterable[PersonFacts], *, others: Iterable[PersonFacts] = ()
) -> tuple[list[ProgrammeItemFacts], list[PersonFacts]]:
    """The programme completed with what the speakers' section says, and the speakers that no item names."""
    by_name = {bare_name(person.name): person for person in speakers}
    known = {bare_name(person.name): person for person in others} | by_name
    named: set[str] = set()
    items = []
    for item in map(_named_at_end(known), programme):
        people = [completed(p, by_name[bare_name(p.name)]) if bare_name(p.name) in by_name else p for p in item.people]
        named |= {bare_name(person.name) for person in people}
        items.append(item.model_copy(update={"people": people}))
    return items, [person for name, person in by_name.items() if name not in named]
