"""Recognises what a heading announces, in the wordings of three languages."""

import re
from enum import StrEnum
from functools import cache

from shared.announcements.dates import find_dates
from shared.announcements.wording import folded, phrase


class Topic(StrEnum):
    """What a section of an announcement is about."""

    LEAD = "lead"
    INTRODUCTION = "introduction"
    CONTENTS = "contents"
    AUDIENCE = "audience"
    PROGRAMME = "programme"
    PRACTICAL = "practical"
    SPEAKERS = "speakers"
    MODERATION = "moderation"
    REGISTRATION = "registration"
    ORGANISERS = "organisers"
    OTHER = "other"


_WORDINGS = {
    Topic.INTRODUCTION: """
        introduction, background, about, about it, context, overview, summary, description, rationale, why,
        why attend, what is it about, what it is about, what is this about, presentation, concept note, objective,
        objectives, aim, aims, goal, goals, purpose, why this, what, in brief, in short, abstract, foreword,
        in a nutshell, what s it about, what it's about, what's it about, the idea, why join, de quoi parle t on,
        de quoi s'agit t il, what is it, what is this, que es, qu'est ce que c'est, contexte, presentation, en bref,
        resume, objectif, objectifs, de quoi s'agit il, pourquoi, pourquoi ce, propos, a propos, argumentaire,
        enjeux, description, quoi, preambule, pourquoi participer, introduccion, contexto, antecedentes, resumen,
        descripcion, objetivo, objetivos, sobre, acerca, acerca de, de que se trata, justificacion, presentacion,
        finalidad, que, por que, por que participar, marco""",
    Topic.CONTENTS: """
        contents, content, topics, topics covered, topics to be covered, what we will cover, what you will learn,
        what you'll learn, what we'll cover, what will be covered, key topics, main topics, themes, main themes,
        key themes, issues, agenda topics, key questions, learning outcomes, points of discussion, highlights,
        topics of discussion, subjects, what to expect, questions we will discuss, what we will talk about,
        guiding questions, you will learn, in this we will cover, contenu, contenus, themes abordes, thematiques,
        thematique, theme, sujets, sujets abordes, points abordes, questions abordees, questions traitees,
        ce que vous apprendrez, vous apprendrez, thematiques abordees, axes, axes thematiques, points cles,
        contenidos, contenido, temas, tema, temario, ejes, ejes tematicos, temas a tratar, que aprenderas, puntos,
        temas principales, que veremos, cuestiones, tematica, tematicas, preguntas clave, lineas tematicas,
        temas clave""",
    Topic.AUDIENCE: """
        who should attend, who should join, who should participate, who should come, who is it for, who is this for,
        audience, who it is for, target audience, target audiences, target group, target groups, for whom,
        participants, attendees, intended for, intended audience, who can attend, who can participate, who can join,
        who is invited, aimed at, who we hope to see, who's it for, who is for, who for, who would benefit, for who,
        who may attend, expected participants, who, public vise, publics vises, public cible, publics, public,
        a qui s'adresse, a qui s'adresse t il, pour qui, destinataires, qui peut participer, a qui est il destine,
        a qui est destine, public concerne, qui est concerne, a l'attention de, participants vises, destinatarios,
        destinatarias, destinatarios as, dirigido a, dirigida a, a quien va dirigido, a quien va dirigida,
        a quien se dirige, a quien esta dirigido, a quien esta dirigida, publico, publico objetivo,
        quien deberia asistir, quien puede participar, participantes, para quien, publico destinatario, publico meta,
        quienes deberian asistir, a quienes va dirigido, quienes pueden participar, a quienes esta dirigido, perfil,
        perfil participantes, publico al que se dirige, destinatarios y destinatarias, quien puede asistir""",
    Topic.PROGRAMME: """
        programme, program, agenda, schedule, timetable, running order, order of the day, order of proceedings,
        what's on, what s on,
        sessions, plan, programme outline, draft outline, itinerary, programme at a glance, schedule at a glance,
        time plan, run of show, au programme, deroule, deroulement, ordre du jour, planning, programme de la journee,
        plan de la seance, programa, orden del dia, cronograma, escaleta, orden de intervenciones, desarrollo,
        agenda del dia""",
    Topic.PRACTICAL: """
        specifications, practical information, practical details, practical matters, practical info, practicalities,
        details, when and where, where and when, date and time, date time, date and venue, date time and venue,
        time and place, date and place, logistics, key information, good to know, at a glance, how to join,
        how to attend, how to take part, how to participate, information, further details, key facts, key details,
        when, the essentials, logistical information, useful information, joining, participation, practical, facts,
        key dates, important dates, dates and venue, connection details, format, the facts, quick facts, essentials,
        where, informations pratiques, infos pratiques, informations, modalites, modalites pratiques, en pratique,
        quand et ou, ou et quand, date et lieu, lieu et date, renseignements, renseignements pratiques, infos, quand,
        date et heure, informations cles, modalites de participation, comment participer, details, details pratiques,
        informations utiles, cote pratique, dates et lieux, date et horaires, informacion practica, datos practicos,
        informacion, informacion general, detalles, fecha y lugar, lugar y fecha, fecha y hora, cuando y donde,
        donde y cuando, especificaciones, datos, logistica, cuando, modalidad, como participar, informacion util,
        ficha tecnica, datos de interes, datos del, fecha y horario, datos clave, modalidades, detalles practicos,
        informacion logistica, fechas""",
    Topic.SPEAKERS: """
        speakers, speaker, presenters, panellists, panelists, keynote speakers, confirmed speakers, featuring,
        guests, guest speakers, trainers, meet the speakers, invited speakers, trainer, contributors, lecturers,
        panel members, on the panel, disertante, expositor, expositora, panelista, conferencista, orador, oradora,
        orateur, intervenants, intervenantes, intervenant, intervenante, orateurs, oratrices, conferenciers,
        panelistes, avec la participation de, intervenant es, intervenants es, intervenant e s,
        les intervenants et intervenantes, formateurs, avec, invites, ponentes, panelistas, expositores, expositoras,
        oradores, oradoras, conferencistas, con la participacion de, participan, invitados, disertantes, intervienen,
        ponente, facilitadores, ponentes invitados""",
    Topic.MODERATION: """
        moderator, moderators, moderation, moderated by, chair, chaired by, facilitator, facilitated by, chairperson,
        moderateur, moderatrice, animation, animateur, animatrice, anime par, animee par, modere par, moderee par,
        moderador, moderadora, modera, moderacion, moderado por, moderada por, conduce""",
    Topic.REGISTRATION: """
        registration, register, sign up, how to register, book your place, booking, rsvp, tickets, registrations,
        register here, register now, save your seat, reserve your place, how to book, to register, how to apply,
        apply, application, bookings, enrolment, to book, inscription, inscriptions, s'inscrire, pour s'inscrire,
        comment s'inscrire, pour vous inscrire, inscrivez vous, je m'inscris, reservation, comment vous inscrire,
        reservations, modalites d'inscription, bulletin d'inscription, inscripcion, inscripciones, inscribete,
        inscribase, registro, registrate, como inscribirse, matricula, para inscribirse, como participar, reserva,
        reserva de plazas, inscripciones abiertas, registrese""",
    Topic.ORGANISERS: """
        organisers, organizers, organiser, organizer, hosts, host, organised by, organized by, hosted by,
        co organisers, co organizers, organising institutions, organizing institutions, organising partners,
        convened by, convenors, conveners, who is organising, organisateurs, organisateur, organise par,
        organisee par, organisatrices, organisation, co organisateurs, organismes organisateurs, organizadores,
        organizador, organiza, organizan, organizado por, organizada por, convocan, convoca, entidades organizadoras,
        entidad organizadora, instituciones organizadoras, organizacion, coorganizan""",
    Topic.OTHER: """
        contact, contacts, contact us, questions, more information, further information, follow us, about us,
        about the organisers, privacy, data protection, accessibility, partners, sponsors, supporters,
        with the support of, funded by, media partners, disclaimer, faq, venue information, biographies, bios,
        downloads, documents, resources, further reading, related events, share, past events, press, materials,
        references, nous contacter, contactez nous, plus d'informations, en savoir plus, suivez nous,
        qui sommes nous, mentions legales, partenaires, soutiens, avec le soutien de, accessibilite,
        documents utiles, ressources, a propos de nous, presse, contacto, contactos, mas informacion, siguenos,
        quienes somos, aviso legal, colaboradores, patrocinadores, con el apoyo de, colaboran, proteccion de datos,
        accesibilidad, documentacion, recursos, sobre nosotros, preguntas frecuentes, apoyan, financia""",
}
_MODIFIERS = set(
    """
    the our this your an draft provisional tentative preliminary detailed full final proposed indicative general
    event webinar workshop conference seminar meeting day session sessions training course online main key of
    for a s le la les l' notre nos ce cet cette votre du de des d' d'un d'une un une provisoire previsionnel
    detaille detailles preliminaire webinaire atelier evenement seminaire colloque journee conference reunion
    formation complet rencontre el los las nuestro nuestra este esta del evento webinario taller jornada
    seminario encuentro reunion curso conferencia provisional preliminar detallado tentativo general completo al
    actividad
    """.split()
)
_JOINERS = re.compile(r"\s*[/|&+•,]\s*|\s+(?:and|et|y|e|und)\s+|\s+[-–—]\s+")
_NUMBERING = re.compile(r"^\W*(?:\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])[.):]\s*)?\W*")
_DAY = re.compile(
    r"^\W*(?:day|jour|journee|dia|jornada)\s*(?:n[°º]\s*)?(?P<number>\d{1,2}|one|two|three|un|deux|trois|uno|dos|"
    r"tres)(?![\w])"
)
_ORDINAL_DAY = re.compile(
    r"^\W*(?P<number>first|second|third|premier|premiere|deuxieme|troisieme|primer|segundo|tercer|1er|2eme|2e|3e)"
    r"\s(?:day|jour|journee|dia)\b"
)
_NUMBERS = {
    "one": 1,
    "un": 1,
    "uno": 1,
    "first": 1,
    "premier": 1,
    "premiere": 1,
    "primer": 1,
    "1er": 1,
    "two": 2,
    "deux": 2,
    "dos": 2,
}
_NUMBERS |= {
    "second": 2,
    "deuxieme": 2,
    "segundo": 2,
    "2eme": 2,
    "2e": 2,
    "three": 3,
    "trois": 3,
    "tres": 3,
    "third": 3,
    "troisieme": 3,
    "tercer": 3,
    "3e": 3,
}


@cache
def _vocabulary() -> dict[str, Topic]:
    known: dict[str, Topic] = {}
    for topic, wordings in _WORDINGS.items():
        for wording in wordings.split(","):
            for form in (phrase(wording), _bare(wording)):
                if form:
                    known.setdefault(form, topic)
    return known


def _bare(text: str) -> str:
    """The words that carry the meaning of a heading: without articles, "draft" and "of the webinar"."""
    words = [word.removeprefix("l'").removeprefix("d'") for word in phrase(text).split()]
    return " ".join(word for word in words if word not in _MODIFIERS)


def bare_heading(heading: str) -> str:
    """A heading without its number, bullet or decoration."""
    return _NUMBERING.sub("", folded(heading[:100])).strip(" :.-–—?¿!¡*_#")


def topic_of(heading: str) -> Topic | None:
    """What the heading announces; None when its words are not known ones (a title, a subtitle, a day)."""
    if not heading or len(heading) > 80:
        return None
    text = bare_heading(heading)
    text = re.sub(r"\s*[(\[][^()\[\]]{0,40}[)\]]\s*", " ", text).strip()
    if (topic := _topic(text)) is not None:
        return topic
    topics = [_topic(part) for part in _JOINERS.split(text) if part]
    return topics[0] if topics and None not in topics else None


def _topic(text: str) -> Topic | None:
    if (topic := _vocabulary().get(phrase(text))) is not None:
        return topic
    if (topic := _vocabulary().get(_bare(text))) is not None:
        return topic
    return _by_opening(phrase(text))


_OPENINGS = (
    (
        re.compile(
            r"who (?:should|can|is|might|may|will) .{0,30}(?:attend|for|join|participate|take part|come|invited)$"
        ),
        Topic.AUDIENCE,
    ),
    (re.compile(r"(?:a|para) quien(?:es)? .{0,30}(?:dirig\w+|asistir|participar|destinad\w+)$"), Topic.AUDIENCE),
    (re.compile(r"a qui (?:s'adresse|est|se destine).{0,50}$|pour qui .{0,30}$"), Topic.AUDIENCE),
    (
        re.compile(
            r"(?:topics|themes|issues|temas|questions) (?:to be |that will be |we will |we'll )?(?:covered|"
            r"discussed|addressed|cover|discuss)$"
        ),
        Topic.CONTENTS,
    ),
    (re.compile(r"what (?:we|you|the|this) .{0,20}(?:cover|learn|discuss|take away|gain)$"), Topic.CONTENTS),
    (
        re.compile(
            r"(?:in|during|at) (?:this|the|our) \w+ (?:you|we|participants) (?:will|'ll) .{0,20}"
            r"(?:cover|learn|discuss|explore)$"
        ),
        Topic.CONTENTS,
    ),
    (
        re.compile(r"(?:how|where|comment|como) .{0,20}(?:register|inscrire|inscribirse|sign up|book)$"),
        Topic.REGISTRATION,
    ),
    (
        re.compile(
            r"about (?:the|this) (?:event|webinar|workshop|conference|seminar|session|training|series|project|"
            r"initiative)$"
        ),
        Topic.INTRODUCTION,
    ),
    (
        re.compile(r"(?:why|pourquoi|por que) (?:this|attend|a|ce|cet|cette|este|esta|un|une)\b.{0,25}$"),
        Topic.INTRODUCTION,
    ),
)


def _by_opening(text: str) -> Topic | None:
    return next((topic for pattern, topic in _OPENINGS if pattern.fullmatch(text)), None)


def day_number(heading: str) -> int | None:
    """The 2 of "Day 2 – Wednesday 4 March", "Jour 2", "Segundo día"."""
    lowered = folded(heading[:80])
    match = _DAY.match(lowered) or _ORDINAL_DAY.match(lowered)
    if match is None:
        return None
    word = match["number"]
    return _NUMBERS.get(word) or int(word) if word in _NUMBERS or word.isdecimal() else None


def is_day_heading(heading: str) -> bool:
    """Whether a heading says which day follows: by number, or by nothing but a date."""
    if day_number(heading) is not None:
        return True
    if len(heading) > 100:
        return False
    found = find_dates(heading)
    return len(found) == 1 and len(heading.strip()) - len(found[0].text) <= 4
