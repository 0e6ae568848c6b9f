"""Addresses in vCards (RFC 6350 and its elders), as address books hand them over."""

import quopri
import re
from collections.abc import Iterator

from shared.addresses import tokens
from shared.addresses.model import Recognised
from shared.addresses.names import clean_name

_CARD = re.compile(r"^[ \t]*begin:vcard[ \t]*$|^[ \t]*end:vcard[ \t]*$", re.I | re.M)
_LINE = re.compile(r"(?:[\w-]+\.)?([A-Za-z-]+)((?:;[^:]*)?):(.*)")
_ESCAPED = re.compile(r"\\(.)")


def divided(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces: whether each is what stands inside a card."""
    place, is_inside = 0, False
    for mark in _CARD.finditer(text):
        yield is_inside, text[place : mark.start()]
        place, is_inside = mark.end(), "begin" in mark[0].lower()
    yield is_inside, text[place:]


def recognise_card(card: str) -> Iterator[Recognised]:
    """Every address of the card, with the name on it."""
    whole, parts = "", ""
    addresses: list[str] = []
    for line in re.sub(r"=?\n[ \t]|=\n", "", card).split("\n"):
        found = _LINE.fullmatch(line.strip())
        if found is None:
            continue
        what, value = found[1].lower(), _value(found[2], found[3])
        if what == "email":
            addresses.append(value)
        elif what == "fn":
            whole = value
        elif what == "n":
            parts = " ".join(part for part in reversed(value.split(";")[:2]) if part)
    name = clean_name(whole) or clean_name(parts)
    for address in addresses:
        yield from (Recognised(one.address, name, one.reason) for one in tokens.read_all(address))


def _value(parameters: str, value: str) -> str:
    if "quoted-printable" in parameters.lower():
        value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
    return _ESCAPED.sub(r"\1", value)
