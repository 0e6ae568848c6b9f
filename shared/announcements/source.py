"""Takes what was handed in (bytes or text, of a declared kind) and gives text of a known kind, or says why not."""

import codecs
import re
import unicodedata
from email.message import Message

from shared.announcements.blocks import Block, block_lines
from shared.announcements.html_blocks import html_blocks
from shared.announcements.markdown_blocks import markdown_blocks
from shared.announcements.plain_blocks import plain_blocks
from shared.errors import AnnouncementEmpty, AnnouncementTooLarge, AnnouncementUnreadable

LARGEST = 1024 * 1024  # Bytes. The longest real announcements are a hundredth of it.
_MOST_LINES = 5_000
_MOST_LETTERS = 200_000
_READERS = {"text/markdown": markdown_blocks, "text/plain": plain_blocks, "text/html": html_blocks}
_SAME_KINDS = {"text/x-markdown": "text/markdown", "application/xhtml+xml": "text/html", "": "text/markdown"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_STARTS = (
    b"\x89PNG",
    b"%PDF",
    b"PK\x03\x04",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"\x7fELF",
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0",
)
_HTML = re.compile(
    r"<!doctype html|<html[\s>]|<(?:p|div|h[1-6]|ul|ol|li|table|body|section|article|br)(?:\s[^<>]{0,300})?/?>", re.I
)
_MARKDOWN = re.compile(
    r"^ {0,3}#{1,6} +\S|\*\*\S[^*\n]{0,300}\S\*\*|(?<!!)\[[^\]\n]{1,200}\]\(\S|^\|? ?:?-{3,}:? ?\|", re.M
)
# The parser of Markdown is slow on lines that no person writes.
_LONGEST_LINE = 20_000


def read_blocks(text: str | bytes, *, media_type: str) -> tuple[str, tuple[Block, ...]]:
    """The decoded text and its blocks. Raises the four errors of an announcement that cannot be read."""
    kind, charset = _declared(media_type)
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST:
        raise AnnouncementTooLarge(
            f"The announcement has {size:,} bytes, more than the {LARGEST:,} that are read. Send its text "
            f"without images."
        )
    decoded = _cleaned(_decoded(text, charset) if isinstance(text, bytes) else text)
    if not decoded.strip():
        raise AnnouncementEmpty("The announcement is empty. Paste its text, with the heading and the date.")
    kind = _actual_kind(decoded, kind)
    # A page's source may have many lines that hold no text; its tags are what takes time.
    _refuse_book(lines=decoded.count("<") // 10 if kind == "text/html" else decoded.count("\n"), letters=0)
    blocks = _READERS[kind](decoded)
    written = [line for block in blocks for line in block_lines(block)]
    _refuse_book(lines=len(written), letters=sum(len(line.plain) for line in written))
    return decoded, blocks


def _refuse_book(*, lines: int, letters: int) -> None:
    """What is longer than any announcement would keep the recognisers busy for minutes."""
    if lines > _MOST_LINES or letters > _MOST_LETTERS:
        raise AnnouncementTooLarge(
            f"The announcement has more than the {_MOST_LINES:,} lines or {_MOST_LETTERS:,} characters that are read. "
            f"Send only the part that announces the event."
        )


def _declared(media_type: str) -> tuple[str, str | None]:
    header = Message()
    header["Content-Type"] = " ".join(media_type.split())
    kind = media_type.split(";")[0].strip().lower()
    kind = _SAME_KINDS.get(kind, kind)
    if kind not in _READERS:
        raise AnnouncementUnreadable(
            f"An announcement of the type {kind[:60]!r} cannot be read. Send Markdown, plain text or HTML."
        )
    charset = header.get_param("charset")
    return kind, charset if isinstance(charset, str) and charset else None


def _decoded(content: bytes, charset: str | None) -> str:
    if content.lstrip().startswith(_BINARY_STARTS):
        raise _unreadable("is a file of another kind (an image, a PDF, an archive or a word processor's document)")
    bom = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    for encoding in filter(None, (bom, charset, "utf-8")):
        try:
            return content.decode(encoding)
        except (UnicodeError, LookupError, ValueError):
            continue
    return _as_windows_1252(content)


def _as_windows_1252(content: bytes) -> str:
    """What older programs write: plausible only if the bytes that are not ASCII stand among letters."""
    try:
        text = content.decode("windows-1252")
    except UnicodeError:
        raise _unreadable("is not written in UTF-8") from None
    foreign = [character for character in text if not character.isascii()]
    letters = sum(character.isalpha() or character in "’‘“”–—…«»€°º¿¡\xa0·•" for character in foreign)
    if len(foreign) > len(text) * 0.25 or letters < len(foreign) * 0.9:
        raise _unreadable("is not written in UTF-8")
    return text


def _unreadable(fact: str) -> AnnouncementUnreadable:
    return AnnouncementUnreadable(f"The announcement {fact}. Copy its text and paste it as plain text.")


def _cleaned(text: str) -> str:
    """Unix line ends, composed characters, no byte order mark. Control characters mean that this is no text."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\v", "\n")
    controls = sum(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text)
    if "\0" in text or controls > max(8, len(text) // 100):
        raise _unreadable("holds characters that are no text")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise _unreadable("holds halves of characters")
    return unicodedata.normalize("NFC", text).replace("\u2028", "\n").replace("\u2029", "\n\n")


def _actual_kind(text: str, declared: str) -> str:
    """The declared kind, unless the text obviously is of another."""
    start = text.lstrip()[:200].lower()
    tags = len(_HTML.findall(text[:50_000]))
    if start.startswith(("<!doctype html", "<html")) or (tags >= 3 and not _MARKDOWN.search(text[:100_000])):
        return "text/html"
    if declared == "text/html" and tags:
        return declared
    if _MARKDOWN.search(text[:100_000]) and max(map(len, text.split("\n"))) <= _LONGEST_LINE:
        return "text/markdown"
    return "text/plain"
