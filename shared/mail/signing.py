"""DKIM (RFC 6376): every mail signed with the key of its domain, where there is one."""

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.settings import Settings

SMALLEST_KEY_BITS = 1024  # RFC 8301 section 3.2: nobody accepts a smaller one; 2048 is usual.
# What a receiver shows or acts upon must be what we wrote. List-Unsubscribe-Post: RFC 8058 section 4 requires it.
_SIGNED = (
    b"From", b"To", b"Reply-To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References", b"MIME-Version",
    b"Content-Type", b"Content-Language", b"Auto-Submitted", b"List-Unsubscribe", b"List-Unsubscribe-Post",
    b"Feedback-ID",
)  # fmt: skip


class KeyUnusable(ValueError):
    """The key cannot sign; the message says why."""


def sign(octets: bytes, settings: Settings) -> bytes:
    """The mail with its signature before it; as it is where there is no key. Raises KeyUnusable."""
    if settings.dkim_private_key is None:
        return octets
    key = _key(settings.dkim_private_key.get_secret_value())
    selector, domain = settings.dkim_selector.encode("ascii"), settings.mail_domain.encode("ascii")
    names = {line.partition(b":")[0].lower() for line in octets.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    present = [name for name in _SIGNED if name.lower() in names]
    # From is named twice, so that a second one cannot be added on the way (RFC 6376 section 8.15).
    signature: bytes = dkim.sign(octets, selector, domain, key, include_headers=[*present, b"From"])
    return signature + octets


def require_usable_key(settings: Settings) -> None:
    """Raise KeyUnusable where there is a key that cannot sign: better before the first mail than at each."""
    if settings.dkim_private_key is not None:
        _loaded(settings.dkim_private_key.get_secret_value())


def public_record(settings: Settings) -> str | None:
    """What the domain's TXT record must say (RFC 6376 section 3.6.1); None without a key. Raises KeyUnusable."""
    if settings.dkim_private_key is None:
        return None
    key = _loaded(settings.dkim_private_key.get_secret_value())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode('ascii')}"


def _loaded(pem: str) -> RSAPrivateKey:
    # In an environment variable the lines of a key often stand as \n.
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").strip().encode() + b"\n", password=None)
    except (ValueError, TypeError):
        raise KeyUnusable(
            "PLENARY_DKIM_PRIVATE_KEY is no private key in PEM form (-----BEGIN PRIVATE KEY-----) without a password."
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise KeyUnusable("PLENARY_DKIM_PRIVATE_KEY is not an RSA key, which is what every receiver understands.")
    if key.key_size < SMALLEST_KEY_BITS:
        raise KeyUnusable(f"PLENARY_DKIM_PRIVATE_KEY has {key.key_size} bits; make one of 2048.")
    return key


@cache
def _key(pem: str) -> bytes:
    """In the form that the library reads."""
    return _loaded(pem).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
