"""Names that stand beside addresses: kept where it is clear that they are names, and written the way a badge is."""

import re

from shared.registration_tables.headings import FIELD_OF
from shared.schemas.fields import is_refused
from shared.sheets import folded

LONGEST = 200
_NUMBERING = re.compile(r"^\s{0,9}(?:\(?\d{1,5}[.)]|[•·◦‣▪►*+>-]{1,3})\s{1,9}")
_AROUND = " \t-–—_,;:*/\\=~|<>[]{}."
_LABELS = {
    "to",
    "cc",
    "bcc",
    "from",
    "reply to",
    "sender",
    "contact",
    "para",
    "de",
    "a",
    "von",
    "an",
    "fn",
    "n",
    "item",
}
# Of noble, Dutch, Arabic … names; they stand between the others.
_PARTICLE = re.compile(r"(?:d|l)['’]|[^\W\d_]{1,4}")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'’\u200c\u200d-])*")
_SUFFIXES = {
    "jr",
    "sr",
    "ii",
    "iii",
    "iv",
    "phd",
    "ph d",
    "md",
    "msc",
    "ma",
    "ba",
    "bsc",
    "mba",
    "esq",
    "dr",
    "mag",
    "dipl ing",
}


def clean_name(text: str) -> str | None:
    """The name in a text that is one; None where nothing of it is left, or it is another address."""
    if len(text) > 4 * LONGEST:
        return None
    shown = "".join(" " if is_refused(character) else character for character in text.replace("\\", ""))
    shown = _NUMBERING.sub("", " ".join(shown.replace('"', " ").split()))
    shown = _bare(shown.rpartition(":")[2])
    if "," in shown:
        shown = _turned(*shown.split(",", 1))
    is_name = any(character.isalpha() for character in shown) and "@" not in shown and len(shown) <= LONGEST
    return shown if is_name and not is_label(shown) else None


def _bare(text: str) -> str:
    """Without what stands around it. A full stop at the end may belong to it, and so may brackets."""
    text = text.lstrip(_AROUND).rstrip(_AROUND[:-1])
    text = text.rstrip("( ") if text.count("(") > text.count(")") else text
    if len(text) > 1 and text[0] == text[-1] == "'":
        text = text[1:-1].strip()
    return text.strip()


def is_label(text: str) -> bool:
    """What stands before an address and says that it is one."""
    return folded(text) in _LABELS or folded(text) in FIELD_OF


def looks_like_name(text: str) -> bool:
    """Two to five words with capital letters, or in a script that has none."""
    words = text.split()
    if not 2 <= len(words) <= 5 or is_label(text):
        return False
    ends = all(_WORD.fullmatch(word) and not word[0].islower() for word in (words[0], words[-1]))
    return ends and all(_is_within(word) for word in words[1:-1])


def _is_within(word: str) -> bool:
    return _PARTICLE.fullmatch(word) is not None or (_WORD.fullmatch(word) is not None and not word[0].islower())


def surname_first(surname: str, given: str) -> str | None:
    """`Lovelace` and `Ada` of "Lovelace, Ada" as one writes it on a badge; None where the first is no surname."""
    first, then = clean_name(surname), clean_name(given)
    if first is None or then is None or len(first.split()) > 3 or not all(map(_is_surname, first.split())):
        return None
    return clean_name(_turned(first, then))


def _is_surname(word: str) -> bool:
    return _WORD.fullmatch(word) is not None


def _turned(before: str, after: str) -> str:
    """Around the comma, unless what follows it is a title."""
    before, after = _bare(before), _bare(after)
    if folded(after) in _SUFFIXES or "," in after:
        return before
    return f"{after} {before}".strip()
