"""Keyed digests: what stands for an address where the address itself must not be kept."""

import hashlib
import hmac

from shared.settings import get_settings


def address_digest(address: str) -> bytes:
    """32 bytes, the same for every way to write the address; without our secret key nobody can try addresses on it."""
    return keyed_digest("address", address.strip().lower())


def keyed_digest(purpose: str, value: str) -> bytes:
    """HMAC-SHA-256 (RFC 2104). The same value has another digest for another purpose."""
    key = get_settings().require_secret_key()
    return hmac.digest(key, f"plenary.{purpose}:{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
