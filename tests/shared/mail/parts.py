"""The calendar part of a message that stands in the database, and what somebody else's calendar makes of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

import vobject
from sqlalchemy.orm import Session

from shared.mail.composing import compose
from shared.models import Message


def part_of(session: Session, message: Message) -> bytes | None:
    """As it would leave now."""
    return compose(session, message).calendar


@dataclass(frozen=True)
class Held:
    """What a calendar shows; `starts_at` is None where the entry was taken out."""

    sequence: int
    starts_at: datetime | None
    summary: str
    location: str


class Calendar:
    """A calendar program as RFC 5546 section 2.1.5 has it: of two versions the higher SEQUENCE counts."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}

    def take(self, octets: bytes) -> None:
        found = vobject.readOne(octets.decode())
        entry = found.vevent
        uid, sequence = entry.uid.value, int(entry.sequence.value)
        if uid in self.held and self.held[uid].sequence >= sequence:
            return
        is_on = found.method.value == "REQUEST"
        starts_at = entry.dtstart.value.astimezone(UTC) if is_on else None
        self.held[uid] = Held(sequence, starts_at, entry.summary.value, entry.location.value)

    def shown(self) -> list[Held]:
        return [one for one in self.held.values() if one.starts_at is not None]
