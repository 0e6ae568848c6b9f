"""Finds what taking part costs, and whether everybody may."""

import re
from collections.abc import Sequence

from shared.announcements.labels import Label
from shared.announcements.passages import Passage, labels_of
from shared.announcements.wording import folded

_FREE = re.compile(
    r"\b(?:free of charge|free[- ]of[- ]cost|completely free|(?:is|are) free\b(?! (?:to|from|of(?! charge)))|free to "
    r"(?:attend|join|participate|take part|register|enter|everyone|everybody|all\b|anyone|the public|members)|"
    r"free and open|open and free|"
    r"free (?:(?:online|public|virtual|live|open|one-hour|two-hour|\d+-minute) )*(?:webinar|workshop|event|"
    r"conference|seminar|entry|admission|entrance|attendance|registration|participation|session|"
    r"training|talk|lecture|course|tickets?|places?|lunch-time|meeting)|(?:attendance|participation|registration|"
    r"admission|entry|entrance|webinar|event|workshop)\s?(?:is|:|–|-)?\s?(?:entirely |completely )?free\b|"
    r"at no (?:cost|charge)|no (?:registration |participation )?(?:fee|cost|charge)s?\b|without charge|there is "
    r"no (?:fee|charge|cost)|free,? (?:but )?(?:with )?(?:registration|online)|"
    r"gratuite?s?|gratuitement|sans frais|entree libre|acces libre|libre et gratuit|gratuit[oa]s?|gratuitamente|"
    r"gratis|sin (?:coste|costo|cargo)|entrada libre|acceso libre|"
    r"de forma gratuita|no tiene coste|no tiene costo|for free)(?![^\W_])"
)
_ONLY_FREE = re.compile(r"^\W*(?:free|gratuit\w*|gratis|none|0|0\s?€|no fee|nil|sin costo|sin coste|libre|aucun|no)\b")
_NOT_FREE = re.compile(
    r"\b(?:not free|n'est pas gratuit\w*|no es gratuit[oa]|(?:free|gratuit\w*) (?:for|pour|para)(?! (?:all|"
    r"everyone|everybody|anyone|any|attendees|participants|the public|tous|toutes|todos|todas|todo|les "
    r"participants))|free parking|feel free)\b"
)
_AMOUNT = re.compile(
    r"(?:[€$£]|(?<![^\W_])(?:eur|usd|gbp|chf|cop|mxn|ars|clp|euros?|cad|us\$|s/|r\$|fcfa|xof|sgd|aud|nzd|inr|zar|"
    r"kes|brl|jpy|cny|nok|sek|dkk|pln|pen|uyu|mad|tnd|ngn|hkd)(?![^\W_]))\s?\d[\d.,' ]*|\d[\d.,' ]*\s?(?:[€$£]|"
    r"(?:eur|usd|gbp|chf|cop|mxn|ars|clp|euros?|dollars?|pounds?|"
    r"pesos?|soles|francs?|cad|fcfa|xof|sgd|aud|nzd|inr|zar|kes|brl|jpy|cny|nok|sek|dkk|pln|pen|uyu|mad|dirhams?|"
    r"tnd|ngn|hkd|reais|kr|kronor)(?![^\W_]))"
)
_FEE = re.compile(
    r"\b(?:fees?|cost|costs|price|priced|charge|tickets?|admission|pay|payable|tarifs?|prix|cout|frais|"
    r"participation (?:financiere|aux frais)|precio|coste|costo|cuota|tarifa|importe|"
    r"inscription|registration|inscripcion|participation|per person|par personne|por persona|valor)\b"
)
_OPEN = re.compile(
    r"\b(?:open to (?:anyone|all|everyone|everybody|the (?:general )?public|any|the whole)|open for (?:all|"
    r"everyone|anyone)|everyone is welcome|all (?:are )?welcome|anyone (?:can|may|is welcome)|"
    r"everybody is welcome|public event|ouverte?s? (?:a tous|a toutes|a tout le monde|au public|a toute personne|"
    r"a toutes et (?:a )?tous)|tout public|"
    r"abiert[oa]s? (?:a (?:todo|toda|todos|todas|cualquier|tod@s)|al publico)|publico en general|todas las "
    r"personas interesadas|open to (?:\w+ )?interested|open event|abierto para todos)"
)
_CLOSED = re.compile(
    r"\b(?:by invitation(?: only)?|invitation[- ]only|invite[- ]only|members[- ]only|only (?:open )?(?:for|to) "
    r"members|only for|reserved (?:for|to)|restricted to|open only to|only open to|for members only|"
    r"limited to (?:members|staff|employees)|closed (?:meeting|event|session)|sur invitation|reservee?s? aux?|"
    r"reservee?s? a l|exclusivement|por invitacion|con invitacion|solo para|exclusiv[oa] para|reservad[oa] a|"
    r"exclusivamente|unicamente para|not open to the public)\b"
)


def read_price(passages: Sequence[Passage]) -> tuple[bool | None, str | None]:
    """Whether taking part is free, and the words of the price where it is not (or not for all)."""
    for passage in labels_of(passages, Label.PRICE):
        return _of_label(passage.text)
    stated_free = False
    for passage in passages:
        lowered = folded(passage.text)
        if passage.label not in (None, Label.OPEN, Label.REGISTRATION, Label.LOCATION, Label.PLACES, Label.FORM):
            continue
        if _AMOUNT.search(lowered) and _FEE.search(lowered):
            return False, passage.text.strip()[:500]
        stated_free = (
            stated_free
            or _is_alone_free(lowered)
            or (_FREE.search(lowered) is not None and not _NOT_FREE.search(lowered))
        )
    return (True, None) if stated_free else (None, None)


def _is_alone_free(lowered: str) -> bool:
    """ "Free", or "Free – register here"; in a longer text the word may belong to what follows it."""
    alone = r"\W*(?:free|free event|gratis|gratuite?|gratuito|gratuita)(?:\W*|\s?[,;:|(–—-]\W.{0,80})"
    return re.fullmatch(alone, lowered) is not None


def _of_label(text: str) -> tuple[bool | None, str | None]:
    lowered = folded(text)
    is_free = bool(_ONLY_FREE.match(lowered) or _FREE.search(lowered)) and not _NOT_FREE.search(lowered)
    if is_free and not _AMOUNT.search(lowered.replace("0 €", "")):
        return True, None
    return False, text.strip()[:500]


def read_openness(passages: Sequence[Passage]) -> bool | None:
    """Whether the event is open to everybody; None where the text does not say."""
    answers = [_openness(passage) for passage in passages]
    return next((answer for answer in answers if answer is not None), None)


def _openness(passage: Passage) -> bool | None:
    lowered = folded(passage.text)
    if passage.label is Label.OPEN:
        if re.match(
            r"^\W*(?:all|anyone|everyone|everybody|public|the public|yes|tous|toutes|todos|todas|todo|publico|tout)\b",
            lowered,
        ):
            return True
        if re.match(r"^\W*(?:members|membres|miembros|invit\w+|no\b|by invitation)", lowered):
            return False
    if _CLOSED.search(lowered):
        return False
    return True if _OPEN.search(lowered) else None


def says_price_or_access(passage: Passage) -> bool:
    lowered = folded(passage.text)
    return bool(_FREE.search(lowered) or _AMOUNT.search(lowered)) or _openness(passage) is not None
