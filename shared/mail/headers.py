"""Mail headers: text that cannot break out of its line, and lines that every mail server reads as they were meant.

Written here and not by Python's own package, which in some releases loses quotes and line breaks (cpython#80222,
#121650), hides long links in encoded words where no mail provider looks for them, and takes milliseconds for it.
"""

import re
import textwrap
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError

NAME_LENGTH = 60
SUBJECT_LENGTH = 150
_LINE_OCTETS = 76
_LONGEST_LINE_OCTETS = 998
# An encoded word of 39 octets of text is 64 octets long, so it also fits behind the longest name, "Reply-To: ".
_ENCODED_WORD_OCTETS = 39
# Joiners hold Persian words and composed emoji together; all other format characters only disturb.
_JOINERS = "\u200c\u200d"
_UNWANTED_CATEGORIES = {"Cc", "Cf", "Co", "Cs"}
_AT_SIGNS = re.compile("[@\uff20\ufe6b]")
_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*"
_BARE_ADDRESS = re.compile(rf"({_ATOMS})@{_DOMAIN}")
_TOKENS = re.compile(r"[!-~]+(?: [!-~]+)*")


def clean_subject(text: str) -> str:
    """One line of at most 150 readable characters. Quotation marks stay: in a subject they mean nothing else."""
    return _shorten(_one_line(text), SUBJECT_LENGTH)


def clean_name(text: str) -> str:
    """A display name of at most 60 characters; empty when it poses as an address."""
    name = re.sub(r'["<>\\]', "", _one_line(text))
    return "" if _AT_SIGNS.search(name) else _shorten(_one_line(name), NAME_LENGTH)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose: a cleaned name, which may be empty, and an address that can be read in one way only."""

    name: str
    address: str


def mailbox(name: str | None, address: str) -> Mailbox:
    """A cleaned name with its bare ASCII address; raises ValueError for an address that could be read in two ways."""
    match = _BARE_ADDRESS.fullmatch(address)
    if not match or len(match[1]) > 64 or len(address) > 254 or "=?" in address:
        raise ValueError(f"Mail goes to bare ASCII addresses such as ada@example.org, not to {address!r}.")
    return Mailbox(clean_name(name) if name else "", address)


def mailbox_line(header: str, box: Mailbox) -> str:
    """Exactly one address: From, To or Reply-To of one mail to one reader."""
    if not box.name:
        return f"{header}: {box.address}\r\n"
    return _fit(f"{header}: {_phrase(box.name)}", f"<{box.address}>")


def subject_line(text: str) -> str:
    """Whatever it says, cleaned."""
    subject = clean_subject(text)
    if not subject.isascii():
        return "Subject: " + "\r\n ".join(_encoded_words(subject)) + "\r\n"
    lines = textwrap.wrap(
        subject,
        _LINE_OCTETS,
        initial_indent="Subject: ",
        subsequent_indent=" ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\r\n".join(lines or ["Subject: "]) + "\r\n"


def token_line(header: str, value: str) -> str:
    """Identifiers, links and dates stand as they are on one line, because machines compare them.

    Raises MessageError for what is not visible ASCII, or longer than a line may be (RFC 5322 section 2.1.1).
    """
    line = f"{header}: {value}"
    if not _TOKENS.fullmatch(value) or len(line) > _LONGEST_LINE_OCTETS:
        raise MessageError(f"{header} must be visible ASCII on one line, not {value!r}.")
    return f"{line}\r\n"


def _one_line(text: str) -> str:
    """Fold white space, drop what cannot be seen, and break what could be taken for an encoded word."""
    line = " ".join(text.split())
    # What can be printed has nothing that is unwanted: so it is with nearly all text, and quicker to see.
    visible = line if line.isprintable() else "".join(character for character in line if _is_wanted(character))
    return " ".join(unicodedata.normalize("NFC", visible).replace("=?", "= ?").split())


def _is_wanted(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _UNWANTED_CATEGORIES


def _shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip(" " + _JOINERS) + "…"


def _phrase(name: str) -> str:
    return f'"{name}"' if name.isascii() else "\r\n ".join(_encoded_words(name))


def _fit(start: str, last: str) -> str:
    room = _LINE_OCTETS - len(start.rpartition("\n")[2])
    separator = " " if len(last) < room else "\r\n "
    return f"{start}{separator}{last}\r\n"


def _encoded_words(text: str) -> Iterator[str]:
    """UTF-8 in base64 (RFC 2047), never with a character cut in two."""
    chunk = b""
    for character in text:
        octets = character.encode()
        if len(chunk) + len(octets) > _ENCODED_WORD_OCTETS:
            yield _encoded_word(chunk)
            chunk = b""
        chunk += octets
    yield _encoded_word(chunk)


def _encoded_word(octets: bytes) -> str:
    return f"=?utf-8?B?{b64encode(octets).decode('ascii')}?="
