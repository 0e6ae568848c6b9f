"""What creating requests with an Idempotency-Key were answered, for a day."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared import clock
from shared.models.declarative import Model

KEPT_FOR = timedelta(hours=24)


class IdempotencyKey(Model):
    """`fingerprint` is of the request the key was used for first: another request must bring another key."""

    __tablename__ = "idempotency_key"

    organiser_id: Mapped[UUID] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
