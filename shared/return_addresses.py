"""Where mail comes back to: our mailboxes, and the addresses at them that tell which mail it is about.

The envelope sender of every mail is its own (VERP): `bounce+<token>@…`. The token holds the message's id, a tag of the
address it was sent to, and a signature, in lower-case base32 (RFC 4648 section 6), which survives servers that fold the
case of what is left of the `@`. 59 octets at most of the 64 that RFC 5321 section 4.5.3.1.1 allows.
"""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from shared.digests import keyed_digest
from shared.mail.recipients import recipient_of
from shared.models import Message
from shared.settings import get_settings

CANARY_MAILBOX = "canary"
_ID_LENGTH, _TAG_LENGTH, _SIGNATURE_LENGTH = 26, 4, 16
_TOKEN = f"[a-z2-7]{{{_ID_LENGTH + _TAG_LENGTH + _SIGNATURE_LENGTH}}}"
_DETAIL = re.compile(r"[a-z0-9._=-]{1,51}")


@dataclass(frozen=True)
class SentMail:
    """What a token says: which message it was, and a tag of the address it went to."""

    message_id: UUID
    address_tag: str

    def went_to(self, address: str) -> bool:
        """False where the address was corrected since: what comes back then says nothing of the new one."""
        return hmac.compare_digest(self.address_tag, _address_tag(address))


def envelope_sender(message: Message) -> str:
    """Who a mail comes from as mail servers see it: its own address where bounces are read, else our mailbox."""
    settings = get_settings()
    if not settings.reads_replies:
        return settings.mail_address
    return bounce_address(message.id, recipient_of(message).address)


def bounce_address(message_id: UUID, sent_to: str) -> str:
    settings = get_settings()
    return f"{settings.bounce_mailbox}+{_token(message_id, _address_tag(sent_to))}@{settings.mail_domain}"


def read(address: str) -> SentMail | None:
    """The mail that a bounce address speaks of; None for whatever is not one, or was not signed by us."""
    settings = get_settings()
    local, _, domain = address.strip().lower().rpartition("@")
    mailbox, _, token = local.partition("+")
    if mailbox != settings.bounce_mailbox or domain != settings.mail_domain.lower():
        return None
    return _read_token(token)


def find(text: str) -> SentMail | None:
    """The first bounce address in a text that we signed. Only for reports that whoever got the mail may make."""
    settings = get_settings()
    local = re.escape(settings.bounce_mailbox) + r"\+" + _TOKEN
    for match in re.finditer(f"{local}@{re.escape(settings.mail_domain)}", text, re.IGNORECASE):
        sent = read(match[0])
        if sent is not None:
            return sent
    return None


def is_ours(address: str) -> bool:
    """Whether mail to this address is taken: our mailboxes, and of bounce addresses only those that we signed."""
    settings = get_settings()
    folded = address.strip().lower()
    if folded == settings.mail_address.lower():
        return True
    local, _, domain = folded.rpartition("@")
    mailbox, plus, detail = local.partition("+")
    if domain != settings.mail_domain.lower() or (plus and not _DETAIL.fullmatch(detail)):
        return False
    if mailbox == settings.bounce_mailbox:
        return read(folded) is not None
    return mailbox in {settings.rsvp_mailbox, CANARY_MAILBOX}


def _token(message_id: UUID, tag: str) -> str:
    plain = _base32(message_id.bytes)[:_ID_LENGTH] + tag
    return plain + _signature(plain)


def _read_token(token: str) -> SentMail | None:
    if not re.fullmatch(_TOKEN, token):
        return None
    plain, signature = token[:-_SIGNATURE_LENGTH], token[-_SIGNATURE_LENGTH:]
    if not hmac.compare_digest(signature, _signature(plain)):
        return None
    try:
        octets = base64.b32decode(plain[:_ID_LENGTH].upper() + "======")
    except binascii.Error:
        return None
    return SentMail(UUID(bytes=octets), plain[_ID_LENGTH:])


def _signature(plain: str) -> str:
    """80 bits: nobody tries as many mails. The purpose is its salt, so that no other signature of ours passes here."""
    return _base32(keyed_digest("return-address", plain))[:_SIGNATURE_LENGTH]


def _address_tag(address: str) -> str:
    """20 bits of a keyed digest: tells two addresses of one person apart, and gives neither away."""
    return _base32(keyed_digest("return-address-tag", address.strip().lower()))[:_TAG_LENGTH]


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode().lower()
