"""Idempotency-Key: a creating request that is sent again, because its answer was lost, is answered again and done once.

After the IETF draft "The Idempotency-Key HTTP Header Field". Keys belong to an organiser and are kept for a day.
"""

import hashlib
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.api.auth import CurrentOrganiser
from services.api.database import DatabaseSession
from shared import clock
from shared.errors import InvalidInput, StateConflict
from shared.models import IdempotencyKey, Organiser
from shared.models.idempotency import KEPT_FOR

Answer = TypeVar("Answer", bound=BaseModel)
Key = Annotated[
    str | None,
    Header(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$", description="Makes sending it again harmless."),
]


class Once:
    """One request under its key; without a key it does nothing."""

    def __init__(self, session: Session, organiser: Organiser, key: str | None, fingerprint: bytes) -> None:
        self._session, self._organiser, self._key, self._fingerprint = session, organiser, key, fingerprint

    def earlier(self, kind: type[Answer], response: Response) -> Answer | None:
        """What was answered the first time, if there was one. Raises InvalidInput where that was another request."""
        found = self._session.get(IdempotencyKey, (self._organiser.id, self._key)) if self._key else None
        if found is None or found.created_at <= clock.now() - KEPT_FOR:
            return None
        if found.fingerprint != self._fingerprint:
            raise InvalidInput(
                "This Idempotency-Key was used for another request. Send a new key with a new request.",
                fields={"idempotency-key": "was used for another request"},
            )
        response.headers["Idempotency-Replayed"] = "true"
        return kind.model_validate(found.answer)

    def keep(self, answer: Answer) -> Answer:
        """Remember the answer in the transaction of the deed. Raises StateConflict where its twin was faster."""
        if self._key is None:
            return answer
        old = IdempotencyKey.created_at <= clock.now() - KEPT_FOR
        self._session.execute(delete(IdempotencyKey).where(old))
        row = IdempotencyKey(organiser_id=self._organiser.id, key=self._key, fingerprint=self._fingerprint)
        row.answer = answer.model_dump(mode="json")
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError:
            self._session.rollback()
            raise StateConflict("The same request is being served at this moment. Send it again in a second.") from None
        return answer


async def raw_body(request: Request) -> bytes:
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]


def _once(
    request: Request, body: RawBody, session: DatabaseSession, organiser: CurrentOrganiser, idempotency_key: Key = None
) -> Once:
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
    return Once(session, organiser, idempotency_key, hashlib.sha256(asked).digest())


OnlyOnce = Annotated[Once, Depends(_once, scope="function")]
