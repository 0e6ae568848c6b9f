"""Plain names for the kinds and states of mail."""

from services.dashboard.markup import Markup, markup
from services.dashboard.registrations.words import MAILS


def kind_name(kind: str) -> str:
    return MAILS.get(kind, kind.replace("-", " ").capitalize())


def in_words(tone: str, sign: str, words: str) -> Markup:
    """A sign and a word in a colour: never the colour alone."""
    return markup(
        '<span class="pl-word pl-text-{tone}"><span aria-hidden="true">{sign}</span> {words}</span>',
        tone=tone,
        sign=sign,
        words=words,
    )
