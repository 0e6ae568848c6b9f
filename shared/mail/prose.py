"""Organisers' Markdown as a mail shows it: HTML with its styles on it, and text that keeps every link."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import nh3
from markdown_it.token import Token
from markupsafe import Markup, escape

from shared import markdown
from shared.mail.filling import LINK_MARKER, MARKER, Value
from shared.mail.rendering import GAP_BEGINS, GAP_ENDS

# Octets of HTML that an introduction may take of the 102 KB at which mail programs cut.
ROOM = 40_000
_DRESS = {
    "p": ("", "margin:0 0 16px"),
    "ul": ("", "margin:0 0 16px;padding:0 24px"),
    "ol": ("", "margin:0 0 16px;padding:0 24px"),
    "blockquote": ("well", "margin:0 0 16px;padding:12px 16px 1px;border-radius:8px;background:#EEF1F4"),
    "hr": ("line", "margin:0 0 16px;border:0;border-top:1px solid #DDE3E9"),
    "table": ("", "margin:0 0 16px;border-collapse:collapse"),
    "th": ("line", "padding:4px 8px;border:1px solid #DDE3E9;text-align:start"),
    "td": ("line", "padding:4px 8px;border:1px solid #DDE3E9"),
    "a": ("link", "color:#0B6E6E"),
    **{f"h{level}": ("", "margin:20px 0 8px;font-size:18px;line-height:1.3") for level in range(3, 7)},
}
_ATTRIBUTES = {tag: {"class", "style"} for tag in _DRESS} | {
    "a": {"class", "style", "href"},
    "ol": {"class", "style", "start"},
}
_PRE = '<pre style="margin:0 0 16px;white-space:pre-wrap">'
_SCHEMES = {"http", "https", "mailto"}
_MARKERS = re.compile(MARKER)
_ADDRESS = re.compile(rf"({LINK_MARKER}|https?://[^\s<>\"“”«»]+[^\s<>\"“”«».,;:!?)\]'’])")


def as_html(source: str, values: Mapping[str, Value]) -> Markup:
    """Under no headings but our own, with no picture, and with no link but to the web, mail and where we lead to."""
    laid_out = _laid_out(source, values)
    return Markup(laid_out) if _octets(laid_out) <= ROOM else _plainly(as_text(source, values))


def is_too_long(source: str, values: Mapping[str, Value]) -> bool:
    """Whether it would have to be shown without its formatting."""
    return _octets(_laid_out(source, values)) > ROOM


def marked(html: str) -> Markup:
    """Says of HTML made here, with escaped words filled into it, that it is HTML."""
    return Markup(html)


def _octets(html: str) -> int:
    return len(html.encode())


def _laid_out(source: str, values: Mapping[str, Value]) -> str:
    clean = nh3.clean(
        markdown.rendered([_dressed(token) for token in _tokens(source, values)]),
        tags=markdown.TAGS,
        attributes=_ATTRIBUTES,
        link_rel=None,
        url_schemes=_SCHEMES,
    )
    # No attribute that is left can hold this: every other angle bracket is written as an entity.
    return _replaced(clean.replace("<pre>", _PRE), values, _in_html)


def as_text(source: str, values: Mapping[str, Value]) -> str:
    """The same words; a link behind other words stands after them in angle brackets (RFC 3986 appendix C)."""
    lines = "\n".join(_Lines().of(_tokens(source, values)))
    filled = _replaced(lines, values, lambda value: " ".join(value.words.split()))
    return re.sub(r"\n{3,}", "\n\n", filled).strip()


def _replaced(text: str, values: Mapping[str, Value], put: Callable[[Value], str]) -> str:
    return _MARKERS.sub(lambda match: put(values[match[0]]), text)


def _in_html(value: Value) -> str:
    """What people wrote keeps its own direction inside the organiser's sentence."""
    words = escape(" ".join(value.words.split()))
    return str(words if value.is_link else Markup("<bdi>{}</bdi>").format(words))


def _plainly(text: str) -> Markup:
    """Too much of it for a mail: the words alone, as far as they go."""
    room, shown = ROOM - 200, escape(text)
    while len(shown.encode()) > room:
        text = text[: len(text) * room // len(shown.encode()) - 1]
        # Not inside a gap for a reader's own word.
        text = text[: text.rindex(GAP_BEGINS)] if text.rfind(GAP_BEGINS) > text.rfind(GAP_ENDS) else text
        shown = escape(text + "…")
    return Markup('<p style="margin:0 0 16px;white-space:pre-line">{}</p>').format(shown)


def _tokens(source: str, values: Mapping[str, Value]) -> list[Token]:
    """The blocks, with every link in them that leads somewhere, and no other."""
    tokens = markdown.parsed(source)
    for token in tokens:
        token.info = ""
        if token.children:
            token.children = list(_linked(token.children, values))
    return tokens


def _linked(tokens: Sequence[Token], values: Mapping[str, Value]) -> Iterator[Token]:
    """Addresses that stand bare in the text can be pressed too. Of a link that leads nowhere the words stay."""
    is_inside = is_dead = False
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrs.get("href", ""))
            token.attrs = {"href": href}
            is_inside, is_dead = True, not _leads_somewhere(href, values)
        if token.type == "text" and not is_inside:
            yield from _with_anchors(token.content, values)
        elif token.tag != "a" or not is_dead:
            yield token
        is_inside = is_inside and token.type != "link_close"


def _with_anchors(text: str, values: Mapping[str, Value]) -> Iterator[Token]:
    for place, words in enumerate(_ADDRESS.split(text)):
        yield from _anchor(words) if place % 2 and _leads_somewhere(words, values) else [_words(words)]


def _leads_somewhere(href: str, values: Mapping[str, Value]) -> bool:
    """Only one of our own links may be put in as an address: a name that somebody gave could be any address."""
    named = _MARKERS.findall(href)
    if named:
        return named == [href] and values[href].is_link
    return href.partition(":")[0].lower() in _SCHEMES


def _words(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _anchor(url: str) -> Iterator[Token]:
    yield Token("link_open", "a", 1, attrs={"href": url})
    yield _words(url)
    yield Token("link_close", "a", -1)


def _dressed(token: Token) -> Token:
    if token.nesting >= 0 and token.tag in _DRESS:
        kind, style = _DRESS[token.tag]
        token.attrs |= {"class": kind, "style": style} if kind else {"style": style}
    for child in token.children or ():
        _dressed(child)
    return token


class _Lines:
    """Block by block, with an empty line behind each; what stands in a list or a quotation is set off."""

    def __init__(self) -> None:
        self.prefixes: list[str] = []
        # Of each list that is open: the number of its next point; None where it has none.
        self.numbers: list[int | None] = []
        # What the next line begins with in place of its last prefix.
        self.bullet = ""
        self.cells: list[str] | None = None

    def of(self, tokens: Sequence[Token]) -> Iterator[str]:
        for token in tokens:
            if token.type.endswith("_list_open"):
                self.numbers.append(int(token.attrs.get("start", 1)) if token.tag == "ol" else None)
            elif token.type.endswith("_list_close"):
                self.numbers.pop()
                yield ""
            elif token.type == "tr_open":
                self.cells = []
            elif token.type == "tr_close":
                yield from self._set_off(" | ".join(self.cells or ()))
                self.cells = None
            elif token.type in {"inline", "fence", "code_block", "hr"}:
                yield from self._block(token)
            else:
                yield from self._frame(token)

    def _frame(self, token: Token) -> Iterator[str]:
        if token.type == "list_item_open":
            self.bullet = self._next_bullet()
            self.prefixes.append(" " * len(self.bullet))
        elif token.type == "blockquote_open":
            self.prefixes.append("> ")
        elif token.type in {"list_item_close", "blockquote_close"}:
            self.prefixes.pop()
            yield from [""] if token.tag == "blockquote" else []
        elif token.type in {"paragraph_close", "heading_close", "table_close"} and not token.hidden:
            yield "".join(self.prefixes).rstrip()

    def _next_bullet(self) -> str:
        number = self.numbers[-1]
        if number is None:
            return "- "
        self.numbers[-1] = number + 1
        return f"{number}. "

    def _block(self, token: Token) -> Iterator[str]:
        said = _said(token)
        if self.cells is not None:
            self.cells.append(said)
            return
        yield from self._set_off(said)
        if token.type != "inline":
            yield ""

    def _set_off(self, said: str) -> Iterator[str]:
        for line in said.split("\n"):
            before = self.prefixes[:-1] if self.bullet else self.prefixes
            yield f"{''.join(before)}{self.bullet}{line}".rstrip()
            self.bullet = ""


def _said(token: Token) -> str:
    if token.type == "hr":
        return "-" * 8
    return "".join(_inline(token.children)).strip() if token.children else token.content.strip()


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    href, words = "", ""
    for token in tokens:
        if token.type == "link_open":
            href, words = str(token.attrs.get("href", "")), ""
        elif token.type == "link_close":
            if href != words:
                yield f" <{href}>"
        else:
            said = "\n" if token.type in {"softbreak", "hardbreak"} else token.content
            words += said
            yield said
