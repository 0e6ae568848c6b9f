"""Finds who offers the event: the organisations, and hosts who are persons."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from shared.announcements.blocks import Listing, block_lines
from shared.announcements.headings import Topic
from shared.announcements.items import read_people
from shared.announcements.labels import Label
from shared.announcements.passages import Passage, labels_of, running_lines
from shared.announcements.persons import has_honorific, is_organisation, pieces
from shared.announcements.sections import Section
from shared.announcements.wording import folded
from shared.schemas.programme import Part, PersonFacts

_OFFERS = re.compile(
    r"\s(?P<verb>(?:(?:are|is) (?:jointly |together |pleased to |proud to |delighted to |happy to |glad to |co-)"
    r"*(?:offer\w*|organi[sz]\w+|host\w*|present\w*|hold\w*|invit\w+|announc\w+|launch\w+|welcom\w+|co-?host\w*|"
    r"conven\w+|run\w*)|"
    r"(?:cordially |warmly |jointly |kindly )?(?:invites? (?:you|all|everyone|its|their|members|local|cities|"
    r"practitioners|the)|organi[sz]es?\b|co-?organi[sz]es?|hosts? (?:a|an|the|this)|presents?(?= \W*$)|"
    r"presents? (?:a|an|the|this|"
    r"you)|offers? (?:a|an|this|the|you)|holds? (?:a|an|its|the)|conven\w+ (?:a|an|the))|"
    r"(?:vous |nous )?(?:invite(?:nt)?|convie(?:nt)?|propose(?:nt)?|organise(?:nt)?|presente(?:nt)?|"
    r"accueille(?:nt)?)\b|ont le plaisir|a le plaisir|sont heureu\w+|est heureu\w+|"
    r"(?:le |les |te |os )?(?:invitan?|organizan?|convocan?|ofrecen?|presentan?|celebran?|impulsan)\b|tienen? el "
    r"(?:placer|agrado|honor)|se complacen?))"
)
_BY = re.compile(
    r"\b(?:organi[sz]ed|hosted|co-?organi[sz]ed|co-?hosted|offered|convened|brought to you|jointly organi[sz]ed|"
    r"presented|run|delivered|organisee?s?|co-?organisee?s?|proposee?s?|organizad[oa]s?|coorganizad[oa]s?|"
    r"convocad[oa]s?|ofrecid[oa]s?|impulsad[oa]s?|an initiative|une initiative|una iniciativa|event|webinar|"
    r"workshop|webinaire|atelier|evento|taller|webinario)\s?(?:jointly |together |conjointement |conjuntamente )"
    r"?\s?"
    r"(?:by|par|por|a l'initiative de|a cargo de)\s+(?=\S)"
)
_WITH = re.compile(
    r"[\s,(]*\b(?:in (?:partnership|collaboration|cooperation|association|co-operation) with|together with|along "
    r"with|jointly with|en (?:partenariat|collaboration|cooperation) avec|avec (?:l'appui|la collaboration) d\w*|"
    r"en (?:colaboracion|cooperacion|alianza|asociacion) con|junto (?:con|a)|conjuntamente con|en conjunto con|"
    r"(?:and|et|y) (?:co-?organi[sz]ed|co-?hosted|coorganizad[oa]s?|co-?organisee?s?) (?:by|par|por)|"
    r"con la (?:colaboracion|participacion) de|avec le concours d\w*)\s"
    r"+(?=\S)"
)
_STOPS = re.compile(
    r"(?:[.;:!?](?=\s|$))|\s(?:with the support|with support|with funding|in the framework|as part of|on \d|"
    r"which|that|who|under the|within|dans le cadre|avec le soutien|con el apoyo|en el marco|through|to mark|and "
    r"will|is\s|are\s|for\s(?![A-ZÀ-Þ])|takes?\s|on the\s|in\s\d|le\s\d|el\s\d|los dias|les\s\d|a l'occasion|"
    r"con motivo|with financial|to be held|at\s)|\s[–—|]\s|\s\(?https?:"
)
_LEADING = re.compile(
    r"^(?:(?:the|this|le|la|les|l['’]|el|los|las|our|notre|by|par|por|del|de la|du|des|de l['’]|de|with|avec|con|"
    r"and|et|y)\s?(?=[A-ZÀ-Þ“\"«\d])|(?:The)\s(?=[A-ZÀ-Þ]))"
)
_FRENCH_ARTICLE = re.compile(
    r"^(?:La|Le|Les|El|Los|Las|L['’])\s?(?=(?:Ville|Région|Métropole|Mairie|Ministère|Université|Agence|"
    r"Communauté|Association|Fédération|Réseau|Département|Conseil|Centre|Institut|Fondation|Ayuntamiento|"
    r"Universidad|Red|"
    r"Ministerio|Municipalidad|Alcaldía|Fundación|Asociación|Gobierno|Diputación|Instituto|Centro|Secretaría|"
    r"Federación|Intendencia|Comisión|Consejo|Observatorio|Observatoire|Chambre|Cámara|Generalitat|Junta)\b)"
)
_ABSTRACT = re.compile(
    r"^(?:local|regional|urban|public|social|sanitation|welfare|development|technology|innovation|research|"
    r"culture|science|sciences|environment|health|education|finance|planning|"
    r"training|transport|energy|climate|economic|housing|sustainable|sustainability|food|agriculture|industry|"
    r"trade|sport|tourism|labour|justice|heritage|communication|mobility|policy|policies|governance|governments?|"
    r"infrastructure|security|water|"
    r"collectivites|gouvernements|territoires|gobiernos|desarrollo|saneamiento|medio|cultura|ciencia|tecnologia|"
    r"urbanismo|vivienda|movilidad|amelioration|amenagement|recherche|environnement|developpement|tecnologias|"
    r"democracia|democracy|"
    r"architecture|design|engineering|statistics|rural|middle|north|south|east|west|caribbean|pacific|"
    r"territorial|human|equality|inclusion|participacion|participation|turismo|relaciones|affairs)\b"
)
_PLURAL = re.compile(
    r"^(?:\w+ly )?(?:are|invite\b|organi[sz]e\b|host\b|present\b|offer\b|hold\b|convene\b|co-?organi[sz]e\b|vous "
    r"\w+ent\b|nous \w+ent\b|\w+ent\b|ont\b|sont\b|(?:le |les |te |os )?\w+an\b|(?:le |les |te |os )?ofrecen|"
    r"tienen|se complacen)"
)
_ENGLISH = re.compile(
    r"^(?:\w+ly )?(?:are|is|invites?\b(?! a)|organi[sz]es?\b|hosts?|presents?|offers?|holds?|conven|co-?organi[sz]es?)"
)
_ANDS = re.compile(r",?\s+(?:and|et|y|e|&|as well as|ainsi que|asi como)\s+")
_LONGEST = 200
_PRONOUNS = {
    "we",
    "nous",
    "nosotros",
    "you",
    "this",
    "the",
    "it",
    "they",
    "who",
    "i",
    "ceci",
    "on",
    "these",
    "participants",
    "everyone",
    "everybody",
    "anyone",
    "all",
    "tous",
    "toutes",
    "todos",
    "todas",
    "speakers",
    "experts",
    "he",
    "she",
    "ils",
    "elle",
    "il",
    "se",
    "que",
    "which",
    "that",
}


@dataclass
class Hosts:
    organisations: list[str] = field(default_factory=list)
    people: list[PersonFacts] = field(default_factory=list)

    def add(self, names: Iterable[str]) -> None:
        for name in names:
            people = read_people(name, part=Part.HOST)
            if (
                people
                and (has_honorific(people[0].name) or any(p.role or p.organisation for p in people))
                and not is_organisation(people[0].name)
            ):
                self.people += [person for person in people if person not in self.people]
            elif name and folded(name) not in {folded(known) for known in self.organisations}:
                self.organisations.append(name)


def read_hosts(sections: Sequence[Section], passages: Sequence[Passage]) -> Hosts:
    """From a label or a section of that name; else from the sentence that says who offers or organises the event."""
    hosts = Hosts()
    for passage in labels_of(passages, Label.HOSTS):
        hosts.add(_entry(passage.text))
    for section in sections:
        if section.topic is Topic.ORGANISERS:
            hosts.add(name for line in _section_lines(section) for name in line)
    if hosts.organisations or hosts.people:
        return hosts
    for passage in passages:
        if passage.label is None and not passage.is_aside:
            hosts.add(hosts_in(passage.text))
        if hosts.organisations or hosts.people:
            break
    return hosts


def _section_lines(section: Section) -> Iterator[list[str]]:
    """A list has one host per bullet, which is never cut; a paragraph may name several."""
    for block in section.blocks:
        if isinstance(block, Listing):
            yield [name for line in block_lines(block) if (name := _name(line.plain))]
        else:
            for line in running_lines([block]):
                yield from ([found] if (found := hosts_in(line.plain)) else [_entry(line.plain)])


def _entry(text: str) -> list[str]:
    if len(text) > 300 or re.search(r"[.!?]\s+[A-ZÀ-Þ]", text):
        return hosts_in(text)
    if read_people(text, part=Part.HOST):
        return [text]
    return list(_listed(_with_partners_apart(text), is_plural=None))


def _with_partners_apart(text: str) -> str:
    text = f" {text}"
    spans = [match.span() for match in _WITH.finditer(folded(text))]
    for start, end in reversed(spans):
        text = f"{text[:start]}; {text[end:]}"
    return text.strip(" ;")


def hosts_in(text: str) -> list[str]:
    """The organisations that a sentence says offer, organise or invite."""
    lowered = folded(text)
    with_others = list(_partners(text, lowered))
    if (match := _BY.search(lowered)) is not None:
        names = [*_listed(_until_stop(text[match.end() :]), is_plural=None), *with_others]
        return names if names and all(name[:1].isupper() or name[:1].isdigit() for name in names) else []
    match = _OFFERS.search(lowered)
    if match is None or match.start() > 300:
        return []
    subject = text[: match.start()].strip(" ,")
    subject = re.split(r"[.!?:]\s+", subject)[-1]
    subject = _WITH.split(subject)[0] if not _WITH.match(folded(subject)) else subject
    subject = _before_partners(subject)
    subject = re.sub(r"\s(?:will|would like to|is going to|are going to|and)$", "", subject)
    if not subject or (folded(subject).split()[0] in _PRONOUNS and not re.match(r"^The [A-ZÀ-Þ]", subject)):
        return []
    if not _ENGLISH.match(match["verb"]):
        subject = re.sub(r"^(?:Le|La|Les|El|Los|Las)\s(?=\w)|^L['’](?=\w)", "", subject)
        if subject and is_organisation(subject.split()[0]):  # "Le réseau …" begins the name with a small letter.
            subject = subject[0].upper() + subject[1:]
    names = list(_listed(subject, is_plural=_PLURAL.match(match["verb"]) is not None))
    return [*names, *with_others] if names and all(_may_be_host(name) for name in names) else []


def _before_partners(text: str) -> str:
    match = _WITH.search(folded(text))
    return text[: match.start()].strip(" ,") if match else text


def _partners(text: str, lowered: str) -> Iterator[str]:
    for match in _WITH.finditer(lowered):
        rest = _until_stop(text[match.end() :])
        verb = _OFFERS.search(folded(f"{rest} "))
        rest = rest[: verb.start()] if verb else rest
        yield from (
            name for name in _listed(rest.split(", ")[0] if verb else rest, is_plural=None) if name[:1].isupper()
        )


def _until_stop(text: str) -> str:
    match = _STOPS.search(text)
    cut = text[: match.start()] if match else text
    return _before_partners(cut)


def _may_be_host(name: str) -> bool:
    return (
        1 < len(name) <= 120
        and (name[:1].isupper() or name[:1].isdigit())
        and len(name.split()) <= 16
        and folded(name) not in _PRONOUNS
    )


def _listed(text: str, *, is_plural: bool | None) -> Iterator[str]:
    """The names of a list; an "and" inside one name ("Water and Sanitation") does not divide it."""
    for piece in pieces(text.strip(" .;,"), ",;|/"):
        parts = _divided(piece, is_plural=is_plural)
        yield from (name for part in parts if (name := _name(part)))


def _divided(piece: str, *, is_plural: bool | None) -> list[str]:
    piece = re.sub(r"^(?:and|et|y|&)\s+", "", piece.strip())
    if is_plural is False or _is_spelled_acronym(piece):
        return [piece]
    parts: list[str] = []
    start = 0
    for match in _ANDS.finditer(folded(piece)):
        right = piece[match.end() :]
        if _ABSTRACT.match(folded(right)) or (right[:1].islower() and not _LEADING.match(right)):
            continue
        parts.append(piece[start : match.start()])
        start = match.end()
    return [*parts, piece[start:]]


def _is_spelled_acronym(text: str) -> bool:
    """Whether the brackets at the end abbreviate the whole name, as in "Cities and Local Governments (CLG)"."""
    match = re.search(r"\(([A-Z]{2,8})\)\W*$", text)
    if match is None:
        return False
    initials = [word[0] for word in re.findall(r"[A-ZÀ-Þ][\w-]*", text[: match.start()])]
    return "".join(initials) == match[1]


def _name(text: str) -> str | None:
    name = " ".join(text.split()).strip(" .;,:–—-|*")
    for _ in range(2):
        name = _LEADING.sub("", name)
    name = _FRENCH_ARTICLE.sub("", name)
    if len(name) > 2 and name[0] in '“"«' and name[-1] in '”"»' and not any(mark in name[1:-1] for mark in '“”"«»'):
        name = name[1:-1].strip()
    return name[:_LONGEST] if len(name) > 1 and re.search(r"[^\W\d_]", name) and not name.startswith("http") else None
