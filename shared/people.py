"""The people on a programme: put there by organisers, and known again by their addresses, if they can be written to."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.models import Event, Message, Person, ProgrammeItem, Speaker
from shared.schemas.events import EventContent
from shared.schemas.programme import PersonFacts, ProgrammeItemFacts


def put(event: Event, content: EventContent) -> None:
    """The people and the programme of an edit, where it names them."""
    known = {speaker.address.lower(): speaker for speaker in event.speakers}
    named = _Named(event, known)
    if content.people is not None:
        event.people = [named.person(facts, position) for position, facts in enumerate(content.people)]
    if content.programme is not None:
        event.programme = [named.item(facts, position) for position, facts in enumerate(content.programme)]


class _Named:
    """Those whom one edit names. Whoever has been there before keeps their row: one address, one speaker."""

    def __init__(self, event: Event, known: dict[str, Speaker]) -> None:
        self.event, self.known = event, known
        self.met: set[str] = set()

    def item(self, facts: ProgrammeItemFacts, position: int) -> ProgrammeItem:
        people = [self.person(person, number) for number, person in enumerate(facts.people)]
        return ProgrammeItem(position=position, people=people, **facts.model_dump(exclude={"people"}))

    def person(self, facts: PersonFacts, position: int) -> Person:
        announced = facts.model_dump(exclude={"address", "language", "time_zone"})
        speaker = self._speaker(facts) if facts.address else None
        return Person(event_id=self.event.id, position=position, speaker=speaker, **announced)

    def _speaker(self, facts: PersonFacts) -> Speaker:
        assert facts.address is not None
        key = facts.address.lower()
        speaker = self.known.get(key)
        if speaker is None:
            speaker = self.known[key] = Speaker(told=[])
            self.event.speakers.append(speaker)
        # Somebody with two parts may be described in full only once.
        is_first = key not in self.met
        self.met.add(key)
        speaker.name, speaker.address = facts.name, facts.address
        speaker.language = facts.language if is_first else facts.language or speaker.language
        speaker.time_zone = facts.time_zone if is_first else facts.time_zone or speaker.time_zone
        return speaker


def forget_lost(session: Session, event: Event) -> None:
    """Remove those who are on the programme no more and were never written to. The others are told so, and stay."""
    if not event.speakers:
        return
    on_it = select(Person.speaker_id).where(Person.event_id == event.id, Person.speaker_id.is_not(None))
    written_to = select(Message.speaker_id).where(Message.event_id == event.id, Message.speaker_id.is_not(None))
    lost = select(Speaker).where(Speaker.event_id == event.id, Speaker.id.not_in(on_it), Speaker.id.not_in(written_to))
    for speaker in session.scalars(lost):
        event.speakers.remove(speaker)
    session.flush()
