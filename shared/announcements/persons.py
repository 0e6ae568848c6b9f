"""Tells persons from organisations, and reads a person's name, role, organisation and city."""

import re
from collections.abc import Sequence

from shared.announcements.places import is_city, is_country_name
from shared.announcements.wording import alternation, folded, phrase, sentences
from shared.schemas.programme import Part, PersonFacts

_ACADEMIC = (
    r"(?:(?:prof|dr|dra|drs|ing|arq|lic|pr|me|mtro|mtra|sir|dame|hon|h\.e|s\.e)\.?|professor|professeure?|profesora?|"
    r"doctor|doctora|ambassador|his excellency|her excellency)"
)
_CIVIL = re.compile(
    r"^(?:(?:mr|mrs|ms|miss|mx|mme|mlle|mm|m|sr|sra|srta|d|dna|da|don|dona|monsieur|madame|senor|senora)\.?)\s"
    r"+(?=[^\W\d_a-z]|[A-ZÀ-Þ])",
    re.I,
)
_HONORIFIC = re.compile(rf"^(?:{_ACADEMIC}\s+){{1,3}}", re.IGNORECASE)
_PARTICLES = set(
    "de la del las los da das do dos di du des van von der den het 't te ter ten bin bint ibn al el ben y e i zu "
    "af av le la d' st san santa abu".split()
)
_WORD = r"(?:[A-ZÀ-ÞŠŽŁİŐŰČĆĐŻŹŚĀĒĪŌŪ][\w’'´`-]*|[^\W\d_]['’][A-ZÀ-Þ][\w-]*|[A-Z]\.(?:-?[A-Z]\.)*)"
_NAME_WORD = re.compile(rf"^{_WORD}\.?$")
_ROLES = alternation(
    """
        director, directora, directeur, directrice, deputy, adjoint, adjointe, adjunto, adjunta, head, chief, chef,
        cheffe, jefe, jefa, mayor, vice, maire, alcalde, alcaldesa, teniente, professor, professeur, professeure,
        profesor, profesora, lecturer, researcher, chercheur, chercheuse, investigador, investigadora, fellow,
        senior, junior, manager, coordinator, coordinatrice, coordinateur, coordinador, coordinadora, officer,
        oficial, secretary, secretaire, secretario, secretaria, general, president, presidente, presidenta,
        presidente, chair, chairman, chairwoman, chairperson, member, membre, miembro, minister, ministre, ministro,
        ministra, councillor, counsellor, councilor, conseiller, conseillere, concejal, concejala, consejero,
        consejera, regidor, regidora, adviser, advisor, asesor, asesora, consultant, consultante, consultor,
        consultora, expert, experte, experto, experta, specialist, specialiste, especialista, engineer, ingenieur,
        ingenieure, ingeniero, ingeniera, architect, architecte, arquitecto, arquitecta, planner, urbaniste,
        urbanista, economist, economiste, economista, analyst, analyste, analista, lead, leader, responsable, charge,
        chargee, founder, co-founder, cofounder, fondateur, fondatrice, fundador, fundadora, principal, partner,
        associate, assistant, asistente, executive, ceo, cto, cfo, coo, phd, doctorant, doctorante, student, author,
        auteur, autrice, autor, autora, journalist, journaliste, periodista, editor, representative, representant,
        representante, delegate, delegue, deleguee, delegado, delegada, ambassador, commissioner, commissaire,
        comisionado, governor, gobernador, gobernadora, judge, lawyer, avocat, avocate, abogado, abogada, teacher,
        trainer, formateur, formatrice, facilitator, animatrice, animateur, curator, librarian, scientist,
        geographer, geographe, sociologist, sociologue, sociologo, sociologa, historian, technician, tecnico,
        tecnica, gerente, gestor, gestora, rector, rectora, dean, decano, decana, doyen, doyenne, spokesperson,
        activist, activista, mediator, programme manager, project manager, vocal, portavoz, vicepresident,
        vicepresidenta, vicepresidente, sindico, intendente, prefect, prefet, senator, senateur, deputee, elue, elu,
        encargado, encargada, coach, designer, developer, nurse, doctor, physician, treasurer, tresorier, tresoriere,
        tesorero, tesorera, hydrologist, alderman, alderwoman, bourgmestre, burgomaster, echevin, echevine,
        statistician, biologist, ecologist, physicist, historien, historienne, historiador, historiadora, alcade,
        docente, catedratico, catedratica, prefeito, prefeita, edil, edila"""
)
_ROLE = re.compile(rf"(?<![^\W_])(?:{_ROLES})s?(?![^\W_])")
_ORGANISATIONS = alternation(
    """
        university, universite, universidad, universitat, college, school, ecole, escuela, institute, institut,
        instituto, centre, center, centro, council, conseil, consejo, city of, ville, ayuntamiento, municipality,
        municipalite, municipio, municipalidad, alcaldia, mairie, metropole, metropolis, region, government,
        gouvernement, gobierno, ministry, ministere, ministerio, department, departement, departamento, agency,
        agence, agencia, association, asociacion, federation, federacion, network, reseau, red, foundation,
        fondation, fundacion, commission, comision, committee, comite, bank, banque, banco, company, group, groupe,
        grupo, ltd, inc, gmbh, union, alliance, alianza, office, bureau, oficina, authority, autorite, autoridad,
        observatory, observatoire, observatorio, museum, musee, museo, library, bibliotheque, biblioteca, hospital,
        laboratory, laboratoire, laboratorio, academy, academie, academia, society, societe, sociedad, programme,
        forum, foro, chamber, chambre, camara, cooperative, cooperativa, parliament, parlement, parlamento,
        secretariat, secretaria de, service, services, trust, partnership, un, united nations, nations unies,
        naciones unidas, collective, collectif, colectivo, diputacion, generalitat, junta, county, district,
        province, prefecture, club, syndicat, sindicato, team, lab, housing, cities, villes, ciudades, consortium,
        consorcio, mancomunidad, agglomeration, communaute, comunidad, initiative, iniciativa, platform, plateforme,
        plataforma, studio, press, board, corporation, coalition, utility, utilities, borough, works, fund, fondo,
        fonds, fablab, think tank, confederation, direction, embassy, embajada, ambassade, archive, archives"""
)
_ORGANISATION = re.compile(rf"(?<![^\W_])(?:{_ORGANISATIONS})(?![^\W_])")
_FIELDS = alternation(
    """
        international relations, relations internationales, relaciones internacionales, mobility, mobilite,
        movilidad, planning, urban planning, urbanisme, urbanismo, research, policy, public policy, policies,
        development, urban development, communication, communications, comunicacion, sustainability, sustainable,
        durabilite, sostenibilidad, housing, finance, finances, finanzas, culture, cultura, water, eau, agua,
        climate, climat, clima, environment, environnement, medio ambiente, health, sante, salud, education,
        educacion, energy, energie, energia, transport, transporte, economics, economy, economia, strategy,
        estrategia, innovation, innovacion, data, digital, digital services, engineering, operations, programmes,
        programs, projects, projets, proyectos, partnerships, studies, etudes, estudios, law, geography, sociology,
        architecture, cooperation, cooperacion, public affairs, human resources, public works, parks, green spaces,
        resilience, participation, participacion, waste, food, alimentation, tourism, tourisme, turismo, learning,
        public space, espacio publico, espaces verts, social affairs, heritage, patrimoine, patrimonio,
        civic engagement, citizen participation, biodiversity, hydrology"""
)
_FIELD = re.compile(
    rf"^(?:(?:and|et|y|&|,|public|urban|international|local|sustainable|digital|social)?\s*(?:{_FIELDS})(?:\s"
    rf"(?:and|et|y|&)\s)?)+$"
)
_LINKS = re.compile(
    r"\s+(?:of the|of|at the|at|for the|for|in the|with the|with|from|de la|de l'|de los|de las|del|des|du|de|d'|"
    r"en la|en el|en|chez|a la|a l'|au|aux|à|pour)\s*(?=\S)|"
    r"\s+d'(?=\S)|\s+de l'(?=\S)"
)
_STRONG_LINKS = re.compile(r"\s(?:at the|at|chez)\s")
_TOWN_HALL = re.compile(
    r"^(?:(?:deputy|vice|lord)[\s-])*(?:mayor|alcalde|alcaldesa|maire|intendente|regidora?|concejala?|councillor|"
    r"deputy mayor|lord mayor|adjointe? au maire|adjointe? a la maire|maire adjointe?|teniente de alcalde)$"
)
_FIELD_LABELS = {"role", "organisation", "city"}
_NOT_NAMES = set(
    """
    the a an and of for in on to with from how why what when where who your our new la le les el los las un une
    una des du pour avec dans sur comment pourquoi como por que para con sobre introduction welcome closing
    conclusion conclusions opening questions answers discussion debate panel session workshop keynote
    presentation coffee lunch break networking registration remarks words address case study studies city cities
    water climate housing public urban local policy policies data open day part round table wrap summary next
    steps lessons future green smart digital transport energy health results project projects bienvenida
    apertura clausura cierre preguntas respuestas pausa accueil ouverture cloture debat echanges pause dejeuner
    ateliers agua ciudad ciudades ville villes eau politiques politica politicas international global general
    executive central european united national street road square hall room building place online webinar
    conference programme program agenda monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december report launch budget budgets
    tools tool better practice practices good building from making community communities experience experiences
    best first second third speaker speakers moderator guided tour visit site demonstration exercise video live
    group work aula magna salon sala salle edificio auditorio campus hall theatre teatro amphitheatre floor piso
    planta etage kind regards best sincerely maison mairie palais hotel house library museum biblioteca
    bibliotheque museo musee casa palacio espace centro centre center school escuela ecole cordialement
    atentamente saludos office department faculty facultad
    """.split()
)


def is_person_name(text: str) -> bool:
    """Whether the text looks like the name of a person: two to six words with capitals, none of them a plain noun."""
    if len(text) > 100:
        return False
    bare = _CIVIL.sub("", text.strip())
    if (titled := _HONORIFIC.match(bare)) is not None:
        bare = bare[titled.end() :]
    words = bare.split()
    if not (1 if titled else 2) <= len(words) <= 6 or any(mark in bare for mark in '?!:;“”"()/&@0123456789'):
        return False
    if not (_NAME_WORD.match(words[0]) and _NAME_WORD.match(words[-1])) or _ORGANISATION.search(folded(bare)):
        return False
    if any(folded(word) in _NOT_NAMES for at, word in enumerate(words) if not at or folded(word) not in _PARTICLES):
        return False
    if any(len(word) > 4 and word.endswith(".") for word in words[:-1]):  # "Welcome. Ada Stone" is no name.
        return False
    if is_city(bare) or is_country_name(bare) or (not titled and len(words) == 2 and _ROLE.search(folded(bare))):
        return False
    return all(_NAME_WORD.match(word) or folded(word).rstrip(".") in _PARTICLES for word in words)


def has_honorific(text: str) -> bool:
    return bool(_CIVIL.match(text.strip()) or _HONORIFIC.match(folded(text.strip())))


def is_role(text: str) -> bool:
    return _ROLE.search(folded(text)) is not None


def is_organisation(text: str) -> bool:
    """Whether words of the text say that it is an organisation, or it is an acronym."""
    return (
        _ORGANISATION.search(folded(text)) is not None
        or re.fullmatch(r"[A-Z][A-Z0-9&-]{1,9}", text.strip()) is not None
    )


def read_person(text: str, *, part: Part = Part.SPEAKER) -> PersonFacts | None:
    """A person written as "Name, role, organisation, city", "Name (Organisation)" or "Name, role of organisation".

    None unless the text begins with what looks like a name.
    """
    if len(text) > 1_000:
        return None
    text = " ".join(text.split()).strip(" .;,-–—|•*")
    name, rest = _divided(_without_biography(text))
    if (
        joined := re.match(r"^(?P<name>.{4,60}?)\s(?:from|of|at|representing)\s(?:the\s)?(?P<rest>\S.*)$", name)
    ) and is_person_name(joined["name"]):
        name, rest = joined["name"], [joined["rest"], *rest]
    if not is_person_name(name) or any(len(piece) > 200 for piece in (name, *rest)):
        return None
    facts = _labelled_facts(rest) or _facts(rest)
    return PersonFacts(name=_CIVIL.sub("", name), part=part, **facts)


def _without_biography(text: str) -> str:
    """The first sentence: what follows it tells of the person's life, not of the post."""
    return sentences(text)[0].strip(" .") if ". " in text else text


def _divided(text: str) -> tuple[str, list[str]]:
    """The name, and what is said of the person in pieces."""
    match = re.match(r"^(?P<name>[^,(–—|:]+?)\s*(?:[,(|:]|\s[–—-]\s)\s*(?P<rest>.*)$", text)
    if match is None:
        return text, []
    rest = match["rest"].strip()
    if text[match.end("name") :].lstrip().startswith("("):
        is_whole = rest.endswith(")") and rest.count(")") == rest.count("(") + 1 and rest.find(")") != rest.rfind(")")
        rest = rest[:-1] if is_whole else rest.replace(")", ",", 1) if rest.count(")") > rest.count("(") else rest
        rest = rest.rstrip(" ,")
    marks = ";" if rest.partition(":")[0] in _FIELD_LABELS else ",;|–—"
    return match["name"], [piece for piece in pieces(rest, marks) if piece]


def pieces(text: str, marks: str) -> list[str]:
    """The text cut at the marks that stand outside brackets and quotation marks."""
    found, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character in "([“«") - (character in ")]”»")
        depth = max(depth, 0)
        if depth == 0 and character in marks and not _is_inside_word(text, position):
            found.append(text[start:position].strip())
            start = position + 1
    return [*found, text[start:].strip()]


def _is_inside_word(text: str, position: int) -> bool:
    """A dash divides only with space around it; other marks always do."""
    return text[position] in "-–—:" and not (text[position + 1 : position + 2].isspace() or position + 1 == len(text))


def _labelled_facts(rest: Sequence[str]) -> dict[str, str] | None:
    """Facts that are written with their names: "role: Principal; organisation: City of Porto"."""
    facts: dict[str, str] = {}
    for piece in rest:
        label, colon, value = piece.partition(":")
        if not colon or label.strip() not in _FIELD_LABELS:
            return None
        facts[label.strip()] = value.strip()
    return facts or None


def _facts(rest: Sequence[str]) -> dict[str, str]:
    """Roles come first, the city last, the organisation between them."""
    roles: list[str] = []
    left = [piece.strip(" .") for piece in rest]
    if len(left) == 1 and left[0][:1].islower() and not is_organisation(left[0]) and not _LINKS.search(left[0]):
        return {"role": left[0][:200]}
    if left and (bracketed := re.fullmatch(r"(?P<name>[^()]{3,})\s\((?P<city>[^()]{2,40})\)", left[-1])):
        if is_city(bracketed["city"]) or is_country_name(bracketed["city"]):
            left[-1:] = [bracketed["name"], bracketed["city"]]
    organisations: list[str] = []
    city = None
    while left and not organisations and (is_role(left[0]) or (roles and _FIELD.match(folded(left[0])))):
        if not _is_role_piece(left[0], followed=len(left) > 1):
            break
        role, organisation, town = _role_and_organisation(left.pop(0), left)
        roles.append(role)
        organisations += [organisation] if organisation else []
        city = town or city
    if not roles and not organisations and len(left) == 2 and not is_organisation(left[0]):
        # An occupation has a small letter where the name of a firm has a capital one.
        is_occupation = re.fullmatch(r"[^\W\d_A-Z][^\W_]*", left[0]) is not None
        roles += [left.pop(0)] if is_occupation or not is_city(left[1]) else []
    if left and city is None and (organisations or roles or len(left) > 1):
        left, city = _without_city(left, organisations, has_role=bool(roles))
    if city and left and is_country_name(left[-1]):
        city = f"{city}, {left.pop()}"
    organisations += left
    facts = {"role": ", ".join(roles), "organisation": ", ".join(organisations), "city": city or ""}
    return {key: value[:200].strip() for key, value in facts.items() if value.strip()}


def _is_role_piece(piece: str, *, followed: bool) -> bool:
    """ "Institute director" is a role, "Secretariat General of Cities" and "Research Centre" are not."""
    role, organisation = _ROLE.search(folded(piece)), _ORGANISATION.search(folded(piece))
    return organisation is None or (role is not None and (role.start() <= organisation.start() or not followed))


def _role_and_organisation(piece: str, following: Sequence[str]) -> tuple[str, str | None, str | None]:
    """ "Secretary general of River Cities" divided; a field of work ("Head of Mobility") stays with the role."""
    links = list(_STRONG_LINKS.finditer(piece)) or list(_LINKS.finditer(folded(piece)))
    for link in links:
        role, owner = piece[: link.start()].strip(), piece[link.end() :].strip()
        if _ORGANISATION.match(folded(owner)) and owner[:1].islower() and is_role(role):
            return role, owner[0].upper() + owner[1:], None
        if not owner[:1].isupper() and not owner[:1].isdigit() and owner[:1] not in '“"«':
            continue
        if _TOWN_HALL.match(folded(role)) and not is_organisation(owner) and not _FIELD.match(folded(owner)):
            return role, None, owner
        if _names_owner(owner, following):
            return role, owner, None
    return piece, None, None


def _names_owner(owner: str, following: Sequence[str]) -> bool:
    if _FIELD.fullmatch(folded(owner)):
        return False
    if is_organisation(owner) or not following:
        return True
    return all(is_city(piece) or is_country_name(piece) for piece in following)


def _without_city(left: list[str], organisations: list[str], *, has_role: bool) -> tuple[list[str], str | None]:
    *before, last = left
    whole = " ".join((*organisations, *before))
    if is_country_name(last) and not is_city(last) and before and (is_city(before[-1]) or len(before) > 1):
        return before[:-1], f"{before[-1]}, {last}"
    if has_role and not before and not organisations and is_city(last):
        return [], last
    if is_organisation(last) or (not before and not organisations):
        return left, None
    known = is_city(last) or is_country_name(last) or phrase(last) in phrase(whole)
    short = len(last.split()) <= 3 and last[:1].isupper() and not is_role(last)
    is_place = known or (short and has_role and bool(before or organisations))
    return (before, last) if is_place else (left, None)
