"""Mail headers: text that cannot break out of its line, and lines that every mail server reads as they were meant."""

import re
import textwrap
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from email.errors import MessageError
from email.headerregistry import Address
from email.policy import EmailPolicy

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
_ADDRESS_HEADERS = {"from", "to", "reply-to"}


def clean_subject(text: str) -> str:
    """One line of at most 150 readable characters. Quotation marks stay: in a subject they mean nothing else."""
    return _shorten(_one_line(text), SUBJECT_LENGTH)


def clean_name(text: str) -> str:
    """A display name of at most 60 characters; empty when it poses as an address."""
    name = re.sub(r'["<>\\]', "", _one_line(text))
    return "" if _AT_SIGNS.search(name) else _shorten(_one_line(name), NAME_LENGTH)


def mailbox(name: str | None, address: str) -> Address:
    """A cleaned name with its bare ASCII address; raises ValueError for an address that could be read in two ways."""
    match = _BARE_ADDRESS.fullmatch(address)
    if not match or len(match[1]) > 64 or len(address) > 254 or "=?" in address:
        raise ValueError(f"Mail goes to bare ASCII addresses such as ada@example.org, not to {address!r}.")
    return Address(display_name=clean_name(name or ""), addr_spec=address)


class HeaderPolicy(EmailPolicy):
    """The standard policy for SMTP, with names, subjects and identifiers written by this module.

    Python's own folding loses quotes and line breaks in some releases (cpython#80222, #121650), and hides identifiers
    and unsubscribe links longer than a line in encoded words, where no mail provider looks for them.
    """

    def fold(self, name: str, value: str) -> str:
        key = name.lower()
        if key in _ADDRESS_HEADERS:
            return _address_line(name, value)
        if key == "subject":
            return _subject_line(name, value)
        if key.startswith("content-") and key != "content-language":
            return str(super().fold(name, value))
        return _token_line(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


SMTP = HeaderPolicy(linesep="\r\n")


def _one_line(text: str) -> str:
    """Fold white space, drop what cannot be seen, and break what could be taken for an encoded word."""
    visible = "".join(character for character in " ".join(text.split()) if _is_wanted(character))
    return " ".join(unicodedata.normalize("NFC", visible).replace("=?", "= ?").split())


def _is_wanted(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _UNWANTED_CATEGORIES


def _shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip(" " + _JOINERS) + "…"


def _address_line(name: str, value: str) -> str:
    addresses: tuple[Address, ...] = getattr(value, "addresses", ())
    if len(addresses) != 1:
        raise MessageError(f"{name} of a mail is exactly one address, not {len(addresses)}.")
    phrase = _phrase(addresses[0].display_name)
    if not phrase:
        return f"{name}: {addresses[0].addr_spec}\r\n"
    return _fit(f"{name}: {phrase}", f"<{addresses[0].addr_spec}>")


def _phrase(display_name: str) -> str:
    if not display_name.isascii():
        return "\r\n ".join(_encoded_words(display_name))
    return f'"{display_name}"' if display_name else ""


def _fit(start: str, last: str) -> str:
    room = _LINE_OCTETS - len(start.rpartition("\n")[2])
    separator = " " if len(last) < room else "\r\n "
    return f"{start}{separator}{last}\r\n"


def _subject_line(name: str, value: str) -> str:
    if not value.isascii():
        return f"{name}: " + "\r\n ".join(_encoded_words(value)) + "\r\n"
    lines = textwrap.wrap(
        value,
        _LINE_OCTETS,
        initial_indent=f"{name}: ",
        subsequent_indent=" ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\r\n".join(lines or [f"{name}: "]) + "\r\n"


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


def _token_line(name: str, value: str) -> str:
    """Identifiers, links and dates stand as they are on one line, because machines compare them."""
    line = f"{name}: {value}"
    if not _TOKENS.fullmatch(value) or len(line) > _LONGEST_LINE_OCTETS:
        raise MessageError(f"{name} must be visible ASCII on one line, not {value!r}.")
    return f"{line}\r\n"
