"""The kinds of event that announcements name: webinar, workshop, conference and the like."""

import re

from shared.announcements.wording import alternation, folded, phrase

_WORDS = {
    "webinar": (
        "webinar, webinaire, webinario, web seminar, seminario web, seminario virtual, seminario en linea, web "
        "seminaire, online seminar"
    ),
    "workshop": "workshop, atelier, taller, masterclass, master class",
    "conference": "conference, congress, congres, congreso, conferencia, summit, sommet, cumbre",
    "seminar": "seminar, seminaire, seminario",
    "training": "training, training course, training session, course, formation, curso, capacitacion",
    "round table": "round table, roundtable, table ronde, mesa redonda, panel discussion",
    "forum": "forum, foro",
    "symposium": "symposium, colloque, coloquio, simposio",
    "lecture": "lecture, public lecture, talk, charla, ponencia",
    "meeting": "meeting, reunion, encuentro, rencontre, assembly, assemblee, asamblea",
    "study day": "study day, journee d'etude, journee d'etudes, journee, jornada, jornadas, conference day",
    "dialogue": "dialogue, dialogo, debate, debat, conversation, conversatorio",
    "launch": "launch, book launch, lancement, lanzamiento, presentacion del libro",
    "hackathon": "hackathon",
    "info session": "info session, information session, seance d'information, reunion d'information, "
    "sesion informativa, briefing",
}
_FORMS = {word.strip(): form for form, words in _WORDS.items() for word in words.split(",")}
_FORM = alternation(",".join(_FORMS))
_EXTRA = (
    r"online|free|public|open|virtual|hybrid|international|national|annual|regional|technical|expert|invitation "
    r"to|to|the|our|a|an|an invitation to|join|us|for|live|"
    r"en ligne|gratuit|gratuite|public|publique|ouvert|l'|le|la|un|une|notre|au|a l'|a la|invitation|invitation "
    r"au|en linea|gratuito|gratuita|"
    r"abierto|abierta|internacional|nacional|el|al|nuestro|invitacion|invitacion al|participez au|introductory|"
    r"practical|half-day|one-day|two-day|day|thematic|zoom|presencial|in-person|en presentiel|magistral|"
    r"inaugural|inaugurale|inaugurales|special|speciale|especial|grand|grande|gran|hybride|hibrido|municipal|"
    r"expert group|lunchtime|lunch|breakfast|evening|joint|closing|final"
)
_HEAD = (
    rf"\W{{0,3}}(?:(?:{_EXTRA})\s?){{0,5}}(?P<form>{_FORM})s?(?:\s(?:{_EXTRA}|series|session)){{0,2}}(?:\s(?:n[°º]\s"
    rf"?|no\.?\s?|#)?\d{{1,3}})?"
)
FORM_PREFIX = re.compile(rf"^{_HEAD}\s?(?::|\||–|—|\s-\s)\s*(?=\S)")
FORM_QUOTED = re.compile(
    rf"^\W{{0,3}}(?:[^\W\d_][\w'-]{{0,20}}\s){{0,5}}?(?P<form>{_FORM})s?(?:\s[^\W\d_][\w'-]{{0,20}}){{0,3}}(?:\s"
    rf"(?:n[°º]\s?|no\.?\s?|#)?\d{{1,3}})?\s?[:|–—-]?\s*(?:on|about|sur|sobre)?\s*[“\"«„](?P<title>[^“”\"«»„]{{3,"
    rf"300}})[”\"»](?:\W*$|\s*[-|,·–—(]\s?)"
)
_ANYWHERE = re.compile(rf"(?<![^\W_])(?:{_FORM})s?(?![^\W_])")
_ONLY = re.compile(rf"^{_HEAD}\W*$")
_NO_FORMS = re.compile(
    r"(?:press|talk to|zoom) ?meeting|conference (?:room|centre|center|call)|salle de (?:reunion|conference)|"
    r"sala de (?:reuniones|conferencias)"
)


# A line such as "Public consultation workshop", whose own name stands below it.
ENDS_WITH_FORM = re.compile(rf"^\W{{0,3}}(?:[^\W\d_][\w'-]*\s){{0,4}}(?:{_FORM})\W*$")


def form_in(text: str) -> str | None:
    """The first kind of event that the text names, by its English name."""
    lowered = _NO_FORMS.sub(" ", folded(text))
    match = _ANYWHERE.search(lowered)
    return _form(match.group()) if match else None


def _form(word: str) -> str | None:
    word = " ".join(word.split())
    return _FORMS.get(word) or _FORMS.get(word.removesuffix("s"))


def is_only_form(text: str) -> bool:
    """Whether a line says only what kind of event it is ("Online workshop", "Invitation")."""
    bare = phrase(text)
    return bare in ("invitation", "invitacion", "save the date", "event", "announcement", "evenement") or bool(
        _ONLY.match(folded(text))
    )
