"""Signed links for people without an account: each for one purpose and one registration."""

from enum import StrEnum
from functools import cache
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from shared.errors import NotFound
from shared.settings import get_settings


class Purpose(StrEnum):
    MY = "my"
    UNSUBSCRIBE = "unsubscribe"
    JOIN = "join"


@cache
def _signer(purpose: Purpose) -> URLSafeSerializer:
    key = get_settings().secret_key
    if key is None:
        raise RuntimeError(
            "PLENARY_SECRET_KEY is not set; links cannot be signed. Set it to at least 32 random characters."
        )
    return URLSafeSerializer(key.get_secret_value(), salt=f"plenary.{purpose}")


def sign(purpose: Purpose, registration_id: UUID) -> str:
    return str(_signer(purpose).dumps(registration_id.hex))


def read(purpose: Purpose, token: str) -> UUID:
    """The registration a token speaks for. Raises NotFound for whatever we did not sign for this purpose."""
    try:
        return UUID(hex=_signer(purpose).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        raise NotFound("This link is not valid. Open it from the mail again, or ask for a new one.") from None


def url(purpose: Purpose, registration_id: UUID) -> str:
    return f"{get_settings().site_url}/{purpose}/{sign(purpose, registration_id)}"
