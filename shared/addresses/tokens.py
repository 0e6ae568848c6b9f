"""One piece of text with an @ in it: an address, a piece that only looks like one, or neither."""

import re
from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from shared.addresses.cleaning import without_joiners
from shared.addresses.model import Recognised
from shared.schemas.registrations import Address

_BETWEEN = re.compile(r"[\s<>()\[\]{},;:\"|]+")
# What sentences, lists and links put around an address. Letters, digits, `_` and `+` may begin one.
_BEFORE = "'*.-–—•·◦‣►…/\\!#&=~^%?¿¡"
_BEHIND = "'*.-–—…_/\\!~"
_END = re.compile(r"[?#/&=!\\…]")
_LETTER = re.compile(r"\w\.?\w")
_LONGEST = 254
# More than an address has, and enough to see that it is too long.
_LOOKED_AT = 1_000
_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)
_SEVERAL = "There is more than one @-sign in it."


def tokens(text: str) -> list[str]:
    """The pieces with an @, in order."""
    return [piece for piece in _BETWEEN.split(text) if "@" in piece] if "@" in text else []


def read_all(text: str) -> Iterator[Recognised]:
    """Every address in a text, without names."""
    for token in tokens(text):
        found = read(token)
        if found is not None:
            yield found


def read(token: str) -> Recognised | None:
    """None where nobody would take it for an address: a lone @, a handle, a decorator."""
    piece = without_joiners(token[:_LOOKED_AT]).lstrip(_BEFORE)
    local, _, rest = piece.partition("@")
    if "@" in rest:
        return _unusable(piece, _SEVERAL) if _LETTER.search(rest) else None
    domain = _END.split(rest, maxsplit=1)[0].rstrip(_BEHIND)
    looks_like_one = bool(local and domain) or "." in domain or (len(local) > 1 and local[0].isalnum())
    return _checked(f"{local}@{domain}") if looks_like_one else None


def _checked(address: str) -> Recognised:
    try:
        return Recognised(_ADDRESS.validate_python(address))
    except ValidationError as found:
        error = found.errors(include_url=False)[0]
        return _unusable(address, str(error.get("ctx", {}).get("why") or "It is longer than any address."))


def _unusable(piece: str, reason: str) -> Recognised:
    shown = piece if len(piece) <= _LONGEST else f"{piece[: _LONGEST - 1]}…"
    return Recognised(shown, reason=reason)
