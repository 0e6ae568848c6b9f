"""Finds the languages an event is held in, as ISO 639-1 codes."""

import re
from collections.abc import Sequence

from shared.announcements.headings import Topic
from shared.announcements.labels import Label
from shared.announcements.notes import Notes
from shared.announcements.passages import Passage, labels_of
from shared.announcements.wording import alternation, folded

_NAMES = {
    "en": "english, anglais, ingles",
    "fr": "french, francais, frances",
    "es": "spanish, espagnol, espanol, castellano, castilian",
    "pt": "portuguese, portugais, portugues",
    "ca": "catalan, valencian, catala",
    "it": "italian, italien, italiano",
    "de": "german, allemand, aleman",
    "nl": "dutch, neerlandais, flemish, neerlandes, holandes",
    "ar": "arabic, arabe",
    "zh": "chinese, mandarin, chinois, chino",
    "ru": "russian, russe, ruso",
    "ja": "japanese, japonais, japones",
    "ko": "korean, coreen, coreano",
    "tr": "turkish, turc, turco",
    "fa": "persian, farsi, persan, persa",
    "pl": "polish, polonais, polaco",
    "uk": "ukrainian, ukrainien, ucraniano",
    "el": "greek, grec, griego",
    "ro": "romanian, roumain, rumano",
    "sv": "swedish, suedois, sueco",
    "da": "danish, danois, danes",
    "no": "norwegian, norvegien, noruego",
    "fi": "finnish, finnois, fines",
    "gl": "galician, galicien, gallego, galego",
    "eu": "basque, vasco, euskera",
    "hi": "hindi",
    "bn": "bengali, bangla",
    "ur": "urdu, ourdou",
    "sw": "swahili, kiswahili",
    "id": "indonesian, indonesien, indonesio, bahasa indonesia",
    "vi": "vietnamese, vietnamien, vietnamita",
    "th": "thai",
    "he": "hebrew, hebreu, hebreo",
    "ms": "malay, malais, malayo",
    "qu": "quechua",
    "gn": "guarani",
}
_CODES = {name.strip(): code for code, names in _NAMES.items() for name in names.split(",")}
_NAME = alternation(",".join(_CODES))
_JOIN = r"(?:\s?[,/&+]\s?|\s(?:and|et|y|e|or|ou|o|with|to|into|in|-)\s|\s?[–—-]\s?)"
_LIST = rf"(?:{_NAME})(?![^\W_])(?:{_JOIN}(?:(?:and|et|y|e|in|en|into|to)\s)?(?:l')?(?:{_NAME})(?![^\W_]))*"
_STATED = re.compile(
    rf"\b(?:(?:in|into|en|vers l'|vers le|hacia el|al|from|to|between|entre|language(?: is|s are|:)?|langue|"
    rf"idioma)\s|l')(?:the\s|el\s|l')?(?P<list>{_LIST})"
)
# "In English and Hindi." as a whole sentence.
_ALONE = re.compile(rf"\W*(?:in|en)\s(?:l')?{_LIST}\W*(?:only|uniquement|solamente)?\W*")
_EVENT = re.compile(
    r"\b(?:held|conducted|delivered|given|run|take place|be in|is in|are in|offered|available|presented|webinar|"
    r"workshop|session|conference|event|meeting|seminar|"
    r"interpret\w+|translat\w+|speaking|language\w*|langues?|idiomas?|working|tendra|tiendra|aura lieu|se "
    r"deroulera|sera|animee?|dispense|interpretation|"
    r"traduction|interpretacion|traduccion|lugar|celebrara|impartira|realizara|desarrollara|hablara|evento|"
    r"seminario|taller|webinario|webinaire|atelier|"
    r"discussion|talks?|presentations?|exchanges|sesion|jornada|journee|online|free|gratuit\w*|(?:h|pm|am|cet|"
    r"gmt|utc))\b"
)
_NOT_THE_EVENT = re.compile(
    r"\b(?:report|paper|publication|book|guide|document|slides?|handouts?|rapport|publie\w*|informe|libro|"
    r"recording|subtitles?|website|originally|written)\b"
)
_ASIDES = re.compile(r"\b(?:interpret\w+|interpretac\w+|traduc\w+|translat\w+)\b")


def read_languages(passages: Sequence[Passage], *, text_language: str, notes: Notes) -> list[str]:
    """The codes in the order named; interpretation counts, for the event can be followed in it."""
    found: list[str] = []
    for passage in labels_of(passages, Label.LANGUAGE):
        found += languages_in(passage.text)
    for passage in passages:
        if passage.label is None and (not found or _ASIDES.search(folded(passage.text))):
            found += _from_sentence(passage)
    codes = list(dict.fromkeys(found))
    if not codes:
        message = "The text does not say in which language the event is held; the language it is written in was taken."
        notes.note("language-assumed", message, about="languages")
        return [text_language]
    return codes


def languages_in(text: str) -> list[str]:
    """Every language named in a text that is about languages; ISO codes in capitals count too."""
    names = [
        _CODES[" ".join(m.group().split())] for m in re.finditer(rf"(?<![^\W_])(?:{_NAME})(?![^\W_])", folded(text))
    ]
    return names or [code.lower() for code in re.findall(r"\b[A-Z]{2}\b", text) if code.lower() in _NAMES]


def _from_sentence(passage: Passage) -> list[str]:
    lowered = folded(passage.text)
    if _ALONE.fullmatch(lowered):
        return languages_in(passage.text)
    if not _EVENT.search(lowered) or (passage.topic is Topic.INTRODUCTION and _NOT_THE_EVENT.search(lowered)):
        return []
    if _ASIDES.search(lowered):
        return languages_in(passage.text)
    match = _STATED.search(lowered)
    return languages_in(passage.text[match.start("list") : match.end("list")]) if match else []


def says_language(passage: Passage) -> bool:
    return bool(_from_sentence(passage))
