"""What organisers write becomes HTML that can do no harm: no scripts, no pictures from elsewhere, no false headings."""

import html
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markupsafe import Markup

TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
# Under the page's own title (1) and the name of the section (2).
_HIGHEST_HEADING = 3
_KEPT = 512


def _picture_as_words(self: RendererProtocol, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A picture from elsewhere would tell its owner who reads the page; its description stays."""
    return html.escape(tokens[index].content)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _picture_as_words)
    return parser


_PARSER = _parser()


def parsed(source: str) -> list[Token]:
    """The blocks, with headings of our own levels."""
    tokens = _PARSER.parse(source)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + _HIGHEST_HEADING - 1)}"
    return tokens


def rendered(tokens: Sequence[Token]) -> str:
    """HTML that is not safe yet: whoever asks for it cleans it."""
    return str(_PARSER.renderer.render(tokens, _PARSER.options, {}))


@lru_cache(maxsize=_KEPT)
def rich_text(source: str) -> Markup:
    return Markup(
        nh3.clean(
            rendered(parsed(source)),
            tags=TAGS,
            attributes=_ATTRIBUTES,
            link_rel="noopener nofollow",
            url_schemes={"http", "https", "mailto"},
        )
    )


@lru_cache(maxsize=_KEPT)
def plain_text(source: str) -> str:
    """The words alone, a blank line between paragraphs."""
    paragraphs = [_words(token) for token in _PARSER.parse(source) if token.type in {"inline", "fence", "code_block"}]
    return "\n\n".join(filter(None, paragraphs))


def _words(token: Token) -> str:
    if not token.children:
        return token.content.strip()
    return "".join(_word(child) for child in token.children).strip()


def _word(token: Token) -> str:
    return "\n" if token.type in {"softbreak", "hardbreak"} else token.content


def shortened(text: str, *, length: int) -> str:
    """The first words, as many as fit."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    return line[:length].rsplit(" ", 1)[0].rstrip(",;:.") + "…"
