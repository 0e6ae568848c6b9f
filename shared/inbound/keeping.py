"""Keeping a mail that arrived: one row in one transaction, so that whoever brought it may forget it afterwards."""

import hashlib
import re
from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from shared import clock, return_addresses
from shared.models import InboundMail, InboundStatus

# Octets. A bounce that quotes one of our mails whole is 20 KiB, an answer of a calendar 10 KiB.
SIZE_LIMIT = 1024 * 1024
# What is kept of a mail that is larger, where it cannot be refused: enough to see where it came from.
KEPT_OF_LARGER = 64 * 1024
_HEADERS_LIMIT = 64 * 1024
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{3,500}>)", re.IGNORECASE | re.MULTILINE)
# Written by the server that put the mail into its mailbox, so on top: the envelope that IMAP does not tell.
_DELIVERED_TO = re.compile(
    rb"^(?:delivered-to|x-original-to|envelope-to|x-envelope-to|to|cc):((?:[^\r\n]|\r?\n[ \t])*)",
    re.IGNORECASE | re.MULTILINE,
)
_RETURN_PATH = re.compile(rb"^return-path:[ \t]*<?([^<>\s]{0,320})>?", re.IGNORECASE | re.MULTILINE)
_FROM = re.compile(rb"^from:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")


def keep(session: Session, octets: bytes, *, sender: str, recipients: Sequence[str]) -> int:
    """Write a mail down, once for each recipient. Returns how many are new: a copy of one that is there is left out.

    `sender` is empty for the null sender. The caller commits, and only then says that it was taken.
    """
    rows = [_row(octets, sender, recipient) for recipient in dict.fromkeys(one.strip() for one in recipients)]
    return _write(session, rows)


def keep_beginning(session: Session, beginning: bytes, *, sender: str, recipients: Sequence[str], size: int) -> int:
    """The same for one that is too large, where whoever brought it has it anyway. `size` in octets."""
    outcome = f"Too large: {size // 1024} KiB. Only its beginning is kept, and nothing follows from it."
    ignored = {"status": InboundStatus.IGNORED, "kind": "other", "outcome": outcome}
    return _write(session, [_row(beginning[:KEPT_OF_LARGER], sender, one) | ignored for one in recipients])


def _write(session: Session, rows: list[dict[str, object]]) -> int:
    if not rows:
        return 0
    statement = insert(InboundMail).values(rows).on_conflict_do_nothing(index_elements=["digest"])
    return len(session.execute(statement.returning(InboundMail.id)).all())


def _row(octets: bytes, sender: str, recipient: str) -> dict[str, object]:
    return {
        "id": uuid7(),
        "received_at": clock.now(),
        "sender": _plain(sender),
        "recipient": _plain(recipient),
        "digest": digest(octets, recipient),
        "octets": octets,
        "status": InboundStatus.NEW,
        "kind": None,
        "outcome": None,
        "attempts": 0,
    }


def digest(octets: bytes, recipient: str) -> bytes:
    """One mail, one digest: of its Message-ID, or of all of it where it has none.

    Beside the mail it is about, if its address says so: one report to two of these addresses is about two mails.
    """
    sent = return_addresses.read(recipient)
    about = sent.message_id.bytes if sent else b""
    found = _MESSAGE_ID.search(_headers(octets))
    return hashlib.sha256(about + b"\n" + (found[1] if found else octets)).digest()


def envelope_of(octets: bytes) -> tuple[str, list[str]]:
    """Sender and our own recipients of a mail from a mailbox, by what the server that put it there wrote on top.

    No recipients where it was not for us. The first header that names one of our addresses counts.
    """
    headers = _headers(octets)
    for match in _DELIVERED_TO.finditer(headers):
        ours = [one for one in _addresses(match[1]) if return_addresses.is_ours(one)]
        if ours:
            return _sender_of(headers), ours[:10]
    return _sender_of(headers), []


def _sender_of(headers: bytes) -> str:
    """Empty for the null sender; where the envelope was not written down, the author."""
    return_path = _RETURN_PATH.search(headers)
    if return_path:
        return return_path[1].decode("ascii", "replace")
    author = _FROM.search(headers)
    return next(iter(_addresses(author[1])), "") if author else ""


def _addresses(header: bytes) -> list[str]:
    return _ADDRESS.findall(header.decode("ascii", "replace"))


def _headers(octets: bytes) -> bytes:
    """The first block, up to the empty line."""
    start = octets[:_HEADERS_LIMIT]
    return re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]


def _plain(address: str) -> str:
    """As PostgreSQL takes it, and no longer than an address may be."""
    return address.encode("ascii", "replace").decode().replace("\x00", "?")[:320]
