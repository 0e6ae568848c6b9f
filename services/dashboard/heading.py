"""The head of a page: its title, lines beneath it and badges beside it."""

from collections.abc import Sequence

from services.dashboard import markup
from services.dashboard.markup import Markup


def draw(title: str, lines: Sequence[str] = (), badges: Sequence[Markup] = ()) -> None:
    markup.draw(
        markup.markup(
            '<header class="pl-head"><div class="pl-head-text"><h1>{title}</h1><p class="pl-when">{lines}</p></div>'
            '<div class="pl-badges">{badges}</div></header>',
            title=title,
            lines=markup.join(markup.markup("<span>{line}</span>", line=line) for line in lines),
            badges=markup.join(badges),
        )
    )


def badge(tone: str, sign: str, words: str) -> Markup:
    """A sign, a word and a colour: never the colour alone."""
    return markup.markup(
        '<span class="pl-badge pl-{tone}"><span aria-hidden="true">{sign}</span>{words}</span>',
        tone=tone,
        sign=sign,
        words=words,
    )
