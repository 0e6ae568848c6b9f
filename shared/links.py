"""Signed links for people without an account: each for one purpose and one registration, or invitation.

A link in a mail also says which mail it stands in (`?m=`), so that somebody who uses it shows that this mail arrived.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from uuid import UUID

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

from shared.digests import keyed_digest
from shared.errors import NotFound
from shared.settings import get_settings

MAIL = "m"
_ID, _SIGNATURE, _MOMENT = 16, 8, 5
_NOT_OURS = "This link is not valid. Open it from the mail again, or ask for a new one."


class Purpose(StrEnum):
    MY = "my"
    UNSUBSCRIBE = "unsubscribe"
    JOIN = "join"
    INVITED = "invited"
    FEED = "feeds"
    PASSWORD = "password"


class _AtOnce(SigningAlgorithm):
    """HMAC-SHA-256 in one call. Every mail has several links: signed as the library does it, they would be a tenth of
    what a mail costs."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, hashlib.sha256)


class _Signer(Signer):
    """Derives its key once."""

    def __init__(self, purpose: Purpose) -> None:
        key = get_settings().require_secret_key()
        salt = f"plenary.{purpose}"
        super().__init__(key, salt=salt, sep="~", digest_method=hashlib.sha256, algorithm=_AtOnce())
        self._derived = super().derive_key()

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return self._derived


_signer = cache(_Signer)


def sign(purpose: Purpose, registration_id: UUID) -> str:
    plain = urlsafe_b64encode(registration_id.bytes).rstrip(b"=")
    return sign_octets(purpose, plain)


def read(purpose: Purpose, token: str) -> UUID:
    """The registration a token speaks for. Raises NotFound for whatever we did not sign for this purpose."""
    octets = unsign_octets(purpose, token)
    try:
        return UUID(bytes=urlsafe_b64decode(octets + b"=="))
    except ValueError:
        raise NotFound(_NOT_OURS) from None


def sign_octets(purpose: Purpose, plain: bytes) -> str:
    """`plain` is of letters that may stand in an address, such as URL-safe Base64."""
    return _signer(purpose).sign(plain).decode("ascii")


def unsign_octets(purpose: Purpose, token: str) -> bytes:
    """What was signed. Raises NotFound for whatever we did not sign for this purpose."""
    try:
        return _signer(purpose).unsign(token)
    except (BadSignature, ValueError):
        raise NotFound(_NOT_OURS) from None


def url(purpose: Purpose, registration_id: UUID, message_id: UUID | None = None) -> str:
    """`message_id` is of the mail it stands in; None where it must be the same everywhere, as in calendars."""
    plain = f"{get_settings().site_url}/{purpose}/{sign(purpose, registration_id)}"
    return plain if message_id is None else f"{plain}?{MAIL}={sign_mail(message_id)}"


def password_url(organiser_id: UUID, fingerprint: str, issued_at: datetime) -> str:
    """Behind it an organiser chooses a password; `password_links` has the rules."""
    moment = int(issued_at.timestamp()).to_bytes(_MOMENT, "big")
    plain = urlsafe_b64encode(organiser_id.bytes + moment + bytes.fromhex(fingerprint))
    # The setting may name the host alone, or the dashboard's own path on it.
    host = get_settings().dashboard_url.rstrip("/").removesuffix("/dashboard")
    return f"{host}/dashboard/auth/password/{sign_octets(Purpose.PASSWORD, plain)}"


def read_password(token: str) -> tuple[UUID, datetime, str]:
    """Whose password, when the link was made, for which fingerprint. Raises NotFound for what we did not sign."""
    octets = urlsafe_b64decode(unsign_octets(Purpose.PASSWORD, token))
    moment = int.from_bytes(octets[_ID : _ID + _MOMENT], "big")
    return UUID(bytes=octets[:_ID]), datetime.fromtimestamp(moment, UTC), octets[_ID + _MOMENT :].hex()


def without_mail(url: str) -> str:
    """The same link without the mail it stands in."""
    return url.partition(f"?{MAIL}=")[0]


def sign_mail(message_id: UUID) -> str:
    """32 letters. It gives access to nothing: half a signature is enough, and links stay short."""
    return urlsafe_b64encode(message_id.bytes + _mail_signature(message_id)).decode("ascii")


def read_mail(token: str) -> UUID | None:
    """The message that a token names; None for whatever we did not sign. Never fails: people cut links off."""
    try:
        octets = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return None
    if len(octets) != _ID + _SIGNATURE:
        return None
    message_id = UUID(bytes=octets[:_ID])
    return message_id if hmac.compare_digest(octets[_ID:], _mail_signature(message_id)) else None


def _mail_signature(message_id: UUID) -> bytes:
    return keyed_digest("mail", message_id.hex)[:_SIGNATURE]
