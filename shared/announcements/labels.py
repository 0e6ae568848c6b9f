"""Recognises labelled lines: "Date: …", "Heure : …", "Idioma: …"."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from shared.announcements.blocks import Line
from shared.announcements.dates import find_dates
from shared.announcements.wording import phrase


class Label(StrEnum):
    """What a labelled line gives."""

    TITLE = "title"
    CALENDAR = "calendar"
    FORM = "form"
    DATE = "date"
    TIME = "time"
    ENDS = "ends"
    ZONE = "zone"
    LENGTH = "length"
    LOCATION = "location"
    LANGUAGE = "language"
    PRICE = "price"
    PLACES = "places"
    REGISTRATION = "registration"
    DEADLINE = "deadline"
    HOSTS = "hosts"
    MODERATOR = "moderator"
    OPEN = "open"
    CONTACT = "contact"


_WORDINGS = {
    Label.TITLE: (
        "title, event, event title, event name, name of the event, titre, evenement, intitule, titulo, evento, "
        "nombre del evento, subject, objet, asunto"
    ),
    Label.CALENDAR: "calendar, series, event series, webinar series, calendrier, cycle, serie, ciclo, calendario",
    Label.FORM: "type, type of event, event type, kind, type d'evenement, tipo, tipo de evento",
    Label.DATE: """
        date, dates, when, day, date and time, date time, date and hour, start date, quand, jour, date et heure,
        dates et horaires, date et horaire, date et horaires, jour et heure, cuando, fecha, fechas, dia,
        fecha y hora, dia y hora, fecha y horario, starts, start, begins, debut, inicio, comienzo, comienza,
        event date, date of event, fecha del evento, date de l'evenement, fecha hora, save the date, date s""",
    Label.TIME: """
        time, times, hour, hours, start time, starting time, timing, heure, heures, horaire, horaires, hora, horario,
        horarios, hora de inicio, heure de debut, time s""",
    Label.ENDS: "end, ends, end time, end date, fin, heure de fin, hora de fin, finaliza, termina, termine",
    Label.ZONE: "time zone, timezone, zone, fuseau horaire, fuseau, zona horaria, huso horario",
    Label.LENGTH: "duration, length, duree, duracion",
    Label.LOCATION: """
        where, venue, location, place, lieu, ou, endroit, salle, lugar, donde, sede, ubicacion, format, modality,
        modalidad, formato, platform, plateforme, plataforma, modalite, room, address, adresse, direccion, mode,
        espacio, venue and address""",
    Label.LANGUAGE: """
        language, languages, language s, working language, working languages, langue, langues, langue s,
        langue de travail, langues de travail, idioma, idiomas, lengua, lenguas, interpretation, event language,
        idioma s""",
    Label.PRICE: """
        price, prices, fee, fees, cost, costs, admission, entry, entrance, registration fee, participation fee,
        attendance fee, tickets, ticket, tarif, tarifs, prix, cout, frais d'inscription, frais de participation,
        participation financiere, entree, precio, precios, coste, costo, cuota, tarifa, cuota de inscripcion,
        entrada, inversion, valor, frais, importe""",
    Label.PLACES: """
        capacity, places, seats, spots, number of places, number of participants, number of seats, places available,
        available places, maximum participants, max participants, group size, limit, nombre de places,
        nombre de participants, jauge, capacite, places disponibles, plazas, aforo, cupo, cupos, capacidad,
        plazas disponibles, numero de plazas, effectif, vacantes, max number of participants,
        maximum number of participants""",
    Label.REGISTRATION: """
        registration, register, registration link, rsvp, sign up, link, register here, register at, booking, book,
        registrations, registration form, inscription, inscriptions, lien, lien d'inscription, formulaire,
        formulaire d'inscription, s'inscrire, pour s'inscrire, reservation, inscripcion, inscripciones, registro,
        enlace, enlace de inscripcion, formulario, formulario de inscripcion, inscribete, para inscribirse,
        how to register, to register, enlace de registro, reserva, registration required, join here, book here,
        sign up here""",
    Label.DEADLINE: """
        deadline, registration deadline, register by, registration closes, registration closes on, closing date,
        rsvp by, deadline for registration, date limite, date limite d'inscription, cloture des inscriptions,
        cloture, inscriptions jusqu'au, fin des inscriptions, fecha limite, cierre de inscripciones,
        inscripciones hasta, fecha limite de inscripcion, plazo de inscripcion, cierre, registration open until,
        last day to register""",
    Label.HOSTS: """
        organiser, organisers, organizer, organizers, organised by, organized by, host, hosts, hosted by,
        organisateur, organisateurs, organisatrice, organisatrices, organise par, organisee par, organiza, organizan,
        organizado por, organizada por, organizador, organizadores, convoca, convocan, co organised by, convened by,
        presented by, offered by, propose par, organisation, organiser s, organizer s, coorganiza, presenta""",
    Label.MODERATOR: """
        moderator, moderators, moderation, moderated by, chair, chaired by, facilitator, facilitated by, moderateur,
        moderatrice, animation, anime par, animee par, modere par, moderee par, animateur, animatrice, moderador,
        moderadora, modera, moderacion, moderado por, moderada por, conduce, chairperson, facilita, moderan,
        moderateurs""",
    Label.OPEN: (
        "open to, ouvert a, ouverte a, abierto a, abierta a, participation, participacion, attendance, access, acces,"
        " acceso"
    ),
    Label.CONTACT: """
        contact, contacts, contacto, contactos, email, e mail, mail, phone, tel, telephone, telefono, courriel,
        correo, questions, website, web, more information, more info, further information, plus d'informations,
        mas informacion, renseignements, press contact, informacion, site web, sitio web, facebook, twitter,
        linkedin, hashtag, published, posted, publie le, publicado, updated, author, auteur, autor, tags, categories,
        slug, layout, draft, infos, informations, enquiries, en savoir plus, from, to, de, para, cc, sent""",
}
_LONGEST = 2_000
_LABELLED = re.compile(
    r"^[^\w(¿¡“\"«]*(?P<label>[^\W_][^:：|*]{0,45}?(?:\([^()]{1,12}\))?)\**\s{0,3}(?P<mark>[:：|]|\?(?=\s)|\s[-–—]\s)\s*\*"
    r"*\s*(?P<value>\S.*)$"
)


_SIGNS = {
    "📅": Label.DATE,
    "🗓": Label.DATE,
    "📆": Label.DATE,
    "⏰": Label.TIME,
    "🕒": Label.TIME,
    "🕐": Label.TIME,
    "🕙": Label.TIME,
    "⌚": Label.TIME,
    "📍": Label.LOCATION,
}
_BY_SIGN = re.compile(rf"^\s*(?P<sign>[{''.join(_SIGNS)}])\ufe0f?\s*")


@dataclass(frozen=True)
class Labelled:
    label: Label
    value: Line
    line: Line


@cache
def _vocabulary() -> dict[str, Label]:
    return {phrase(wording): label for label, wordings in _WORDINGS.items() for wording in wordings.split(",")}


def label_of(text: str) -> Label | None:
    return _vocabulary().get(phrase(text)) if len(text) <= 60 else None


def divided(line: Line) -> tuple[str, Line] | None:
    """A line cut at its colon (or bar, or spaced dash): the words before it, the line after it."""
    match = _LABELLED.match(line.plain[:_LONGEST])
    if match is None:
        return None
    value = match["value"]
    tail = line.markdown
    at = tail.find(match["mark"].strip())
    rest = tail[at + 1 :].strip().removeprefix("**").strip() if at >= 0 else value
    return match["label"].strip(" *-–—"), Line(markdown=rest, plain=value, links=line.links, breaks=line.breaks)


def labelled(line: Line) -> Labelled | None:
    """The line as a labelled one, if its words before the colon are a known label."""
    if (marked := _BY_SIGN.match(line.plain)) is not None and (value := line.plain[marked.end() :].strip()):
        known = labelled(Line(value, value, line.links))
        return known or Labelled(_SIGNS[marked["sign"]], Line(value, value, line.links, line.breaks), line)
    parts = divided(line)
    if parts is None:
        return None
    label = label_of(parts[0])
    if label is Label.CONTACT and find_dates(parts[1].plain[:60]) and phrase(parts[0]) in ("from", "de", "du"):
        label = Label.DATE
    return Labelled(label, parts[1], line) if label is not None else None
