"""DKIM (RFC 6376): every mail signed with the key of its domain, where there is one."""

import base64
import re
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from shared.settings import Settings

SMALLEST_KEY_BITS = 1024  # RFC 8301 section 3.2: nobody accepts a smaller one; 2048 is usual.
# What a receiver shows or acts upon must be what we wrote. List-Unsubscribe-Post: RFC 8058 section 4 requires it.
_SIGNED = (
    b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"mime-version",
    b"content-type", b"content-language", b"auto-submitted", b"list-unsubscribe", b"list-unsubscribe-post",
    b"feedback-id",
)  # fmt: skip
_UNFOLDED_END = re.compile(rb"\r\n(?![ \t])")
_PIECES = re.compile(rb".{1,72}")


class KeyUnusable(ValueError):
    """The key cannot sign; the message says why."""


def sign(octets: bytes, settings: Settings) -> bytes:
    """The mail with its signature before it; as it is where there is no key. Raises KeyUnusable.

    Written here (RFC 6376 sections 3.4.2, 3.4.3, 3.7), because dkimpy takes 6 ms for a mail, which is more than all of
    the rest; the tests verify with it.
    """
    if settings.dkim_private_key is None:
        return octets
    head, _, body = octets.partition(b"\r\n\r\n")
    lines = {line.partition(b":")[0]: line for line in map(_relaxed, _UNFOLDED_END.split(head))}
    present = [name for name in _SIGNED if name in lines]
    # From is named twice, so that a second one cannot be added on the way (section 8.15).
    tags = _tags(settings, [*present, b"from"], sha256(_simple(body)).digest())
    signed = b"\r\n".join([*(lines[name] for name in present), _relaxed(tags)])
    key = _key(settings.dkim_private_key.get_secret_value())
    signature = base64.b64encode(key.sign(signed, PKCS1v15(), SHA256()))
    return tags + b"".join(b"\r\n " + part for part in _PIECES.findall(signature)) + b"\r\n" + octets


def _tags(settings: Settings, names: list[bytes], body_digest: bytes) -> bytes:
    """The header but for the signature itself, whose tag stands empty at its end."""
    selector, domain = settings.dkim_selector.encode("ascii"), settings.mail_domain.encode("ascii")
    return b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=%b;\r\n s=%b;\r\n h=%b;\r\n bh=%b;\r\n b=" % (
        domain,
        selector,
        b":\r\n ".join(names),
        base64.b64encode(body_digest),
    )


def _relaxed(line: bytes) -> bytes:
    """One header field: its name in small letters, on one line, and every white space one space."""
    name, _, value = line.partition(b":")
    return name.strip().lower() + b":" + b" ".join(value.split())


def _simple(body: bytes) -> bytes:
    """Without the empty lines at its end, and with the end of its last line."""
    return body.rstrip(b"\r\n") + b"\r\n" if body.endswith(b"\r\n\r\n") or not body.endswith(b"\r\n") else body


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
def _key(pem: str) -> RSAPrivateKey:
    """Read once: reading takes longer than signing."""
    return _loaded(pem)
