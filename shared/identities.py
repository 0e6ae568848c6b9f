"""Signing in with an identity provider: what its ID token proves (OpenID Connect Core 1.0), and whose it is."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, organisers
from shared.errors import SignInRefused
from shared.models import Organiser

# Signatures with a key that only the provider has: never "none", never a secret that both sides know.
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
# Clocks differ a little.
_LEEWAY_SECONDS = 60


class Expected(NamedTuple):
    """Whose token it must be: the provider's for us, made for this very sign-in."""

    issuer: str
    client_id: str
    nonce: str


class Proven(NamedTuple):
    """`address` is None unless the provider has verified it."""

    identity: str
    address: str | None


def verify(id_token: str, keys: Mapping[str, Any], expected: Expected) -> Proven:
    """Section 3.1.3.7. Raises SignInRefused for whatever does not prove who somebody is."""
    try:
        claims = jwt.decode(
            id_token, KeySet.import_key_set(cast(KeySetSerialization, keys)), algorithms=_ALGORITHMS
        ).claims
    except (JoseError, ValueError, KeyError, TypeError):
        raise _refused("its signature is not that of the provider") from None
    now = clock.now().timestamp()
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != expected.issuer:
        raise _refused("it is of another provider")
    if expected.client_id not in audiences or (len(audiences) > 1 and claims.get("azp") != expected.client_id):
        raise _refused("it is for somebody else")
    if not _is_number(claims.get("exp")) or claims["exp"] + _LEEWAY_SECONDS < now:
        raise _refused("it has expired")
    if not _is_number(claims.get("iat")) or claims["iat"] - _LEEWAY_SECONDS > now:
        raise _refused("it is of the future")
    if not expected.nonce or claims.get("nonce") != expected.nonce:
        raise _refused("it is not of this sign-in")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise _refused("it names nobody")
    address = claims.get("email") if claims.get("email_verified") is True else None
    return Proven(f"{expected.issuer} {subject}", address if isinstance(address, str) else None)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(reason: str) -> SignInRefused:
    return SignInRefused(f"The provider's answer cannot be used: {reason}. Sign in again.")


def organiser_of(session: Session, proven: Proven) -> tuple[Organiser, bool]:
    """Whose identity it is; the first time the organiser with the verified address, who keeps it from then on.

    Nobody is made an organiser by signing in. The second value: whether it was the first time. Raises SignInRefused.
    """
    known = session.scalar(select(Organiser).where(Organiser.identity == proven.identity))
    if known is not None:
        return known, False
    if proven.address is None:
        raise SignInRefused("Your account has no verified address there. Verify it, or sign in with a password.")
    organiser = organisers.by_address(session, proven.address)
    if organiser is None or organiser.identity is not None:
        raise SignInRefused(
            f"Nobody here signs in as {proven.address}. Ask an owner of a calendar to add this address."
        )
    organiser.identity = proven.identity
    session.flush()
    return organiser, True
