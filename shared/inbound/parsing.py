"""A mail taken apart, within limits that are looked at before anything walks through it.

Python's parser takes time that grows with depth times lines, calls itself for each level, and reads the parameters of
one header in time that grows with the square of its length. What could hurt is refused before; nothing is guessed.
"""

import codecs
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Part
from email.parser import BytesParser
from functools import cached_property

from shared.errors import MailUnreadable
from shared.inbound.keeping import SIZE_LIMIT

# What a report of a report of a calendar answer has is a tenth of each of these.
LINES, LEVELS, HEADER_LINES, HEADER_OCTETS, PARTS = 50_000, 40, 1_000, 8 * 1024, 60
# A calendar answer is 2 KiB; with the rules of a zone, 10.
TEXT_OCTETS = 128 * 1024
# The older policy: it keeps headers as they came, where the newer one interprets them and may raise.
_PARSER = BytesParser(policy=email.policy.compat32)
_FOLDED_TYPE = re.compile(rb"^content-(?:type|disposition):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_HOLDS_PARTS = re.compile(rb"boundary|message/", re.IGNORECASE)
# Decoding these takes time that grows with the square of the length, and no mail is written in them.
_NOT_FOR_TEXT = {"punycode", "idna"}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class ReceivedMail:
    """`octets` have plain line feeds. Parts come in their order, the whole first; not those of mails quoted inside."""

    octets: bytes
    whole: Part

    @cached_property
    def parts(self) -> list[Part]:
        return list(_walk(self.whole))

    @property
    def kind(self) -> str:
        return content_type(self.whole)

    def header(self, name: str) -> str:
        return header(self.whole, name)

    def of_type(self, *kinds: str) -> Iterator[Part]:
        return (part for part in self.parts if content_type(part) in kinds)


def parse(octets: bytes) -> ReceivedMail:
    """Raises MailUnreadable, saying why, for what is beyond any mail that somebody sent us in earnest."""
    plain = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    _require_modest(plain)
    return ReceivedMail(plain, _PARSER.parsebytes(plain))


def _require_modest(plain: bytes) -> None:
    head, types = plain.partition(b"\n\n")[0], _FOLDED_TYPE.findall(plain)
    found = {
        "octets": (len(plain), SIZE_LIMIT),
        "lines": (plain.count(b"\n"), LINES),
        "lines of headers": (head.count(b"\n"), HEADER_LINES),
        "parts inside parts": (sum(1 for one in types if _HOLDS_PARTS.search(one)), LEVELS),
        "octets in one header": (max(map(len, types), default=0), HEADER_OCTETS),
    }
    for what, (number, most) in found.items():
        if number > most:
            raise MailUnreadable(f"It has more than {most} {what}. It is kept as it came; nothing follows from it.")


def _walk(whole: Part) -> Iterator[Part]:
    """Without calling itself. Reports, and mails inside, stay one part: what somebody forwards is not their answer."""
    waiting, seen = [whole], 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > PARTS:
            raise MailUnreadable(f"It has more than {PARTS} parts. It is kept as it came; nothing follows from it.")
        yield part
        if part.get_content_maintype() == "multipart":
            waiting += reversed(children(part))


def children(part: Part) -> list[Part]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Part)] if isinstance(payload, list) else []


def content_type(part: Part) -> str:
    return part.get_content_type()


def header(part: Part, name: str) -> str:
    """In one line, at most 1,000 characters; empty where it is missing."""
    return one_line(str(part.get(name, "")))[:1000]


def parameter(part: Part, name: str) -> str:
    """Of the Content-Type."""
    value = part.get_param(name, "")
    return one_line(str(value[2] if isinstance(value, tuple) else value))[:200]


def text_of(part: Part) -> str:
    """Decoded as it says, else as far as it can be read. Raises MailUnreadable where it is too long."""
    payload = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    if len(octets) > TEXT_OCTETS:
        raise MailUnreadable(f"A part of it is longer than {TEXT_OCTETS // 1024} KiB. It is kept as it came.")
    for charset in (parameter(part, "charset"), "utf-8"):
        try:
            if codecs.lookup(charset).name not in _NOT_FOR_TEXT:
                return octets.decode(charset)
        except (LookupError, ValueError):
            continue
    return octets.decode("latin-1")


def one_line(text: str) -> str:
    """Without what cannot be seen, or would turn the line around."""
    return " ".join(_CONTROL.sub(" ", text).split())
