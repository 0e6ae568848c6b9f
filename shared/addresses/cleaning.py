"""What copying leaves around addresses, taken away: markup, entities, invisible characters, encoded words.

Everything here takes time in proportion to the text: no pattern can run far and then fail, again and again.
"""

import html
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header

# Byte order marks, zero-width and soft hyphens, and what turns the direction of text. The two joiners stay for now:
# names in Persian or Hindi need them.
_INVISIBLE = "\ufeff\u200b\u2060\u00ad\u180e\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_SEPARATORS = {"、": ",", "،": ",", "﹐": ",", "؛": ";", "﹔": ";", "。": ".", "｡": ".", "﹫": "@"}
_PLAIN = str.maketrans(
    dict.fromkeys(_INVISIBLE, "")
    | dict.fromkeys(_SPACES, " ")
    # Full-width Latin letters and signs, as East Asian keyboards write them.
    | {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | _SEPARATORS
    | dict.fromkeys("“”„‟«»〝〞", '"')
    | dict.fromkeys("‘’‚‛`´", "'")
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_JOINERS = str.maketrans(dict.fromkeys("\u200c\u200d", ""))

_MARKUP = re.compile(
    r"<(?:html|head|body|meta|a|br|p|div|span|table|tbody|tr|td|ul|ol|li|b|i|u|font|strong|em)(?:\s[^<>]*)?/?>", re.I
)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9:-]{0,30})((?:\s[^<>]*)?)/?>|<!--|<![a-z\[][^<>]*>", re.I)
_MAILTO = re.compile(r"mailto:\s*([^\"'<>?&\s]{1,330})", re.I)
_NEW_LINE = {"br", "p", "div", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "title", "dd", "dt"}
_NOT_TEXT = {"style", "script"}
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z][a-z0-9]{1,30});", re.I)
_ENCODED_WORD = re.compile(r"=\?[\w-]{1,40}\?[bq]\?[^?\s]{0,400}\?=(?:\s{1,3}(?==\?))?", re.I)
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('"<>@,;|\t\r\n', " "))
_LINK = re.compile(r"\b(?:https?|ftp)://[^\s<>\"]*", re.I)
_AT = re.compile(r"[ \t]{0,3}[(\[{][ \t]{0,2}(?:at|arroba|arobase)[ \t]{0,2}[)\]}][ \t]{0,3}", re.I)
_DOT = re.compile(r"[ \t]{0,3}[(\[{][ \t]{0,2}(?:dot|punto|point)[ \t]{0,2}[)\]}][ \t]{0,3}", re.I)
# What follows must be a domain, and not the beginning of the next address.
_SPACED_AT = re.compile(r"(?<=\w) ?@ (?=[\w-]{1,63}\.\w)(?=[\w.-]{1,80}(?![\w.@-]))")
_IN_SQUARE = re.compile(r"\[mailto:([^\]\s]{1,330})\]", re.I)
_FOLDED = re.compile(r"\r?\n[ \t]+(?=<)")


def cleaned(text: str) -> str:
    """Plain text, with line breaks where the eye sees them."""
    text = _CONTROLS.sub(" ", text.translate(_PLAIN))
    if _MARKUP.search(text):
        text = "".join(_without_markup(text))
    # What was markup or an entity may have been a space, or a sign of width, of its own.
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), text).translate(_PLAIN)
    text = _ENCODED_WORD.sub(lambda found: _decoded(found[0]), _CONTROLS.sub(" ", text))
    text = _FOLDED.sub(" ", _LINK.sub(" ", text)).replace("%40", "@")
    text = _IN_SQUARE.sub(r"<\1>", text)
    return _SPACED_AT.sub("@", _DOT.sub(".", _AT.sub("@", text)))


def without_joiners(text: str) -> str:
    return text.translate(_JOINERS)


def _decoded(word: str) -> str:
    """RFC 2047. What it says is a name, whatever signs it holds."""
    try:
        pieces = decode_header(word.strip())
        text = "".join(
            piece if isinstance(piece, str) else piece.decode(charset or "ascii") for piece, charset in pieces
        )
    except (HeaderParseError, LookupError, ValueError):
        return " "
    return text.translate(_NOT_IN_NAMES)


def _without_markup(text: str) -> Iterator[str]:
    """The text between tags, and the addresses of links behind what the links say."""
    place, linked = 0, ""
    unclosed: set[str] = set()
    while found := _TAG.search(text, place):
        yield text[place : found.start()]
        place = found.end()
        is_end, name = bool(found[1]), (found[2] or "").lower()
        if name == "a":
            yield f" <{linked}> " if linked else ""
            mailto = None if is_end else _MAILTO.search(found[3])
            linked = mailto[1] if mailto else ""
        elif name in _NEW_LINE:
            yield "\n"
        elif name in {"td", "th"}:
            yield "\t" if is_end else ""
        elif not is_end:
            place = _behind(text, place, found, name, unclosed)
    yield text[place:]
    yield f" <{linked}> " if linked else ""


def _behind(text: str, place: int, found: re.Match[str], name: str, unclosed: set[str]) -> int:
    """Where text begins again behind a comment or a style sheet. What never ends is looked for once."""
    end = "-->" if found[0] == "<!--" else f"</{name}" if name in _NOT_TEXT else ""
    if not end or end in unclosed:
        return place
    there = text.find(end, place)
    if there < 0:
        unclosed.add(end)
        return place
    return there + len(end) if end == "-->" else there
