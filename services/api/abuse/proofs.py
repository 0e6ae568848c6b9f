"""Proof of work: a little arithmetic that nobody notices once, and that whoever sends thousands of forms pays for.

In the format of ALTCHA, version 2 (https://altcha.org/docs/v2/): whoever has a client for it needs nothing of ours. The
number to find is drawn from a range, so that nobody is unlucky and waits for ever.
"""

import secrets
from datetime import timedelta
from typing import Any

import altcha
from fastapi import APIRouter, Response

from services.api.abuse.counters import Key
from services.api.abuse.rate_limits import PROOF_USED
from shared import clock
from shared.digests import keyed_digest
from shared.errors import NotFound
from shared.settings import get_settings

router = APIRouter(tags=["registrations"])

# The name that ALTCHA's own clients give the field of a form; with a capital, the header of a request.
FIELD = "altcha"
# For a form that lies open during lunch.
LIFETIME = timedelta(seconds=PROOF_USED.seconds)
_ALGORITHM = "PBKDF2/SHA-256"
# Iterations of one step: many enough that a browser's overhead does not count, few enough to be checked at once.
_COST = 1000
# Characters. An honest one has about 700.
_LONGEST = 2000


@router.get("/proof")
def new_challenge(response: Response) -> dict[str, Any]:
    """A challenge (ALTCHA, version 2). Its solution goes into the header `Altcha`, or the form field `altcha`, once."""
    if not is_asked():
        raise NotFound("No proof of work is asked for here. Register without one.")
    response.headers["Cache-Control"] = "no-store"
    return make_challenge().to_dict()


def is_asked() -> bool:
    return get_settings().proof_steps > 0


def make_challenge() -> altcha.Challenge:
    steps = get_settings().proof_steps
    return altcha.create_challenge(
        _ALGORITHM,
        _COST,
        counter=steps // 2 + secrets.randbelow(steps + 1),
        expires_at=clock.now() + LIFETIME,
        hmac_secret=keyed_digest("proof", "challenge"),
        hmac_key_secret=keyed_digest("proof", "solution"),
    )


def read(solution: str | None) -> Key | None:
    """Under which key the use of a right solution is counted; None for whatever we did not ask for, or no longer."""
    if not solution or len(solution) > _LONGEST:
        return None
    try:
        payload = altcha.Payload.from_base64(solution)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    found = altcha.verify_solution(
        payload, keyed_digest("proof", "challenge"), hmac_key_secret=keyed_digest("proof", "solution")
    )
    if not found.verified:
        return None
    return Key(b"proof:" + keyed_digest("proof", str(payload.challenge.signature))[:16], PROOF_USED.seconds)
