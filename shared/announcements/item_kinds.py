"""Tells what kind of programme item a title announces, in three languages."""

import re

from shared.announcements.wording import folded
from shared.schemas.programme import ItemKind

# Each pattern holds at the beginning of a title; "Closing the gap" and "Questions of scale" are titles of talks.
_PATTERNS = (
    (
        ItemKind.QUESTIONS,
        r"(?:audience |live |open )?q\s?(?:&|and)\s?a\b|questions?\b(?!\s(?:of|de|du)\b)|preguntas?|turno "
        r"(?:abierto )?de (?:preguntas|palabras)|dialogo abierto|ronda de preguntas|"
        r"(?:open |general |plenary |group |moderated )?discussion(?! paper)|(?:open )?debate?(?:\b)(?! on| sur| "
        r"sobre)|echanges?(?: avec|\b)|"
        r"temps d'echange|debat|coloquio|intercambio|answers|open floor|open mic",
    ),
    (
        ItemKind.BREAK,
        r"(?:short |coffee |tea |comfort |lunch |health |networking )*(?:break|lunch|coffee|tea)\b(?!-?\s?out)"
        r"(?!\s(?:the|with the))|pause|dejeuner|cafe\b|cafe-pause|buffet|"
        r"almuerzo|descanso|pausa|comida|receso|refrigerio|cocktail|coctel|lunch|dinner|cena|diner|cloakroom|"
        r"refreshments|intermission|intervalo",
    ),
    (
        ItemKind.WELCOME,
        r"welcom\w*|opening(?! (?:up|the|data)\b)|accueil|bienvenue|bienvenida|palabras de (?:bienvenida|"
        r"apertura)|mots? (?:d'accueil|de bienvenue|d'ouverture)|"
        r"ouverture|apertura|inauguracion|allocutions? (?:de bienvenue|d'ouverture)|greetings|acto de apertura|"
        r"recepcion|reception of|saludo|acogida|"
        r"discours (?:de bienvenue|d'ouverture)|registration|inscripcion|acreditacion|arrival|arrivee|sign-in|"
        r"check-in|connection|connexion",
    ),
    (
        ItemKind.CLOSING,
        r"clos(?:e|ing)(?! (?:the|a|our)\b)|cloture|cierre|clausura|palabras de (?:cierre|clausura|despedida)|"
        r"mots? (?:de cloture|de la fin|de conclusion)|fin\b|"
        r"end(?! of life)\b|farewell|despedida|wrap[- ]?up|adjourn\w*|goodbye|acto de clausura|fermeture",
    ),
    (
        ItemKind.CONCLUSIONS,
        r"conclu\w+|summary|key takeaways|takeaways|synthese|sintesis|recapitulacion|next steps|prochaines "
        r"etapes|proximos pasos|resume\b|final remarks|"
        r"concluding|perspectives",
    ),
    (
        ItemKind.INTRODUCTION,
        r"introduc\w+|setting the scene|framing|cadrage|contexte|contexto|propos introductifs?|presentation "
        r"(?:of the (?:event|day|programme|project)|du programme)|"
        r"scene[- ]setting|context\b|presentacion de la jornada|marco",
    ),
    (
        ItemKind.PANEL,
        r"(?:high-level |expert |plenary |\w+ )?panel\b|round ?-?table|table ronde|mesa redonda|mesa de dialogo|"
        r"conversatorio|fishbowl",
    ),
    (
        ItemKind.TALK,
        r"key-?note|presentations?|lecture|talks?\b|conferenc\w+|ponencias?|intervention|expose|exposicion|pitch|"
        r"case study|temoignage|plenary",
    ),
)
_COMPILED = tuple(
    (kind, re.compile(rf"^\W*(?:the |le |la |l'|el |los |les )?(?:\d+[.)]\s)?(?:{pattern})"))
    for kind, pattern in _PATTERNS
)


def kind_of(title: str, *, has_people: bool) -> ItemKind:
    """The kind that the title's first words name; else a talk if somebody gives it."""
    lowered = folded(title)
    for kind, pattern in _COMPILED:
        if (match := pattern.match(lowered)) is not None and not _is_talk_title(
            lowered[match.end() :], kind, has_people
        ):
            return kind
    return ItemKind.TALK if has_people else ItemKind.OTHER


def _is_talk_title(rest: str, kind: ItemKind, has_people: bool) -> bool:
    """Whether the words go on to be the title of somebody's talk rather than naming a part of the programme."""
    if kind in (ItemKind.PANEL, ItemKind.TALK, ItemKind.INTRODUCTION) or re.match(r"\W*(?:$|[:,(–—|&+/-])", rest):
        return False
    limit = 7 if has_people else 12
    return len(rest.split()) > limit
