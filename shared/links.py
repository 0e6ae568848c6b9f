"""Signed links for people without an account: each for one purpose, and one registration or invitation."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from functools import cache
from uuid import UUID

from itsdangerous import BadSignature, Signer

from shared.errors import NotFound
from shared.settings import get_settings


class Purpose(StrEnum):
    MY = "my"
    UNSUBSCRIBE = "unsubscribe"
    JOIN = "join"
    FEED = "feeds"
    INVITED = "invited"


@cache
def _signer(purpose: Purpose) -> Signer:
    key = get_settings().require_secret_key()
    return Signer(key, salt=f"plenary.{purpose}", sep="~", digest_method=hashlib.sha256)


def sign(purpose: Purpose, registration_id: UUID) -> str:
    plain = urlsafe_b64encode(registration_id.bytes).rstrip(b"=")
    return _signer(purpose).sign(plain).decode("ascii")


def read(purpose: Purpose, token: str) -> UUID:
    """The registration a token speaks for. Raises NotFound for whatever we did not sign for this purpose."""
    try:
        return UUID(bytes=urlsafe_b64decode(_signer(purpose).unsign(token) + b"=="))
    except (BadSignature, ValueError):
        raise NotFound("This link is not valid. Open it from the mail again, or ask for a new one.") from None


def url(purpose: Purpose, registration_id: UUID) -> str:
    return f"{get_settings().site_url}/{purpose}/{sign(purpose, registration_id)}"
