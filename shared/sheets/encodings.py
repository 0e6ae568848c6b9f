"""Bytes of a text file to text: by its mark, as UTF-8, as UTF-16, as what older programs wrote, or not at all."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from shared.errors import TableUnreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # Begins like the mark of UTF-16, so it is asked first.
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# These decode texts about texts; some take quadratic time.
_NOT_FOR_FILES = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem"}
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 64 * 1024
_PLAUSIBLE_MARKS = set("’‘“”–—…«»€°º·•ª¿¡´¨\xa0")


def decoded(content: bytes, *, stated: str | None = None) -> str:
    """The text without its byte order mark. `stated` is an encoding that somebody named. Raises TableUnreadable."""
    if stated is not None:
        return _as_stated(content, stated)
    for encoding in _candidates(content):
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeError:
            continue
    raise _unreadable()


def _candidates(content: bytes) -> Iterator[str]:
    """Each is tried when the one before does not fit; nothing that fits any bytes comes without being looked at."""
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    if marked is not None:
        yield marked
    elif b"\0" in content:
        yield from _wide(content)
    else:
        yield "utf-8"
        if _is_western(content):
            yield "windows-1252"
        yield from _guessed(content)


def _as_stated(content: bytes, stated: str) -> str:
    try:
        name = codecs.lookup(stated[:40]).name
        if name.replace("_", "-") in _NOT_FOR_FILES:
            raise LookupError
        return content.decode(name).removeprefix("\ufeff")
    except (LookupError, ValueError):
        raise TableUnreadable(
            "The table is not written in the encoding that was named, or there is no such encoding. Leave the encoding "
            "out to have it recognised, or name another, such as utf-8 or windows-1252."
        ) from None


def _wide(content: bytes) -> Iterator[str]:
    """UTF-16 without its mark: in what people write, one byte of most pairs is zero, and always the same one."""
    head = content[:_SAMPLE]
    low, high = head[1::2].count(0), head[0::2].count(0)
    if max(low, high) > 4 * min(low, high):
        yield "utf-16-le" if low > high else "utf-16-be"


def _is_western(content: bytes) -> bool:
    """Whether the bytes that are not ASCII stand in words as accents do: one or two letters each, hardly any signs."""
    try:
        text = _foreign_lines(content).decode("windows-1252")
    except UnicodeError:
        return False
    foreign = [character for character in text if not character.isascii()]
    fitting = sum(character.isalpha() or character in _PLAUSIBLE_MARKS for character in foreign)
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    accents = sum(not letter.isascii() for word in words for letter in word)
    return fitting >= 0.9 * len(foreign) and accents <= 0.5 * sum(map(len, words))


def _foreign_lines(content: bytes) -> bytes:
    """As many of the lines that are not plain ASCII as are needed to judge: the others say nothing."""
    lines: list[bytes] = []
    size = 0
    for line in content.splitlines(keepends=True):
        if not line.isascii():
            lines.append(line[:2000])
            size += len(line[:2000])
        if size > _SAMPLE:
            break
    return b"".join(lines)


def _guessed(content: bytes) -> Iterator[str]:
    best = from_bytes(_foreign_lines(content)).best()
    if best is not None:
        yield best.encoding


def _unreadable() -> TableUnreadable:
    return TableUnreadable(
        "The table is written in an encoding that could not be recognised. Save it as UTF-8 (in Excel: “CSV UTF-8”) or "
        "as XLSX, or name its encoding."
    )
