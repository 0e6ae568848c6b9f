"""Call sheets: each speaker is told their own slots, with a hold in their calendar, and told again when those change.

`Speaker.told` are the slots of the sheet that was written last, whether it has left or not.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, outbox
from shared.errors import StateConflict
from shared.models import Event, EventState, Message, MessageKind, MessageStatus, Person, Speaker
from shared.outbox import NewMessage
from shared.places import lock_places
from shared.programme import slots

SlotFacts = dict[str, Any]
_KINDS = (MessageKind.CALL_SHEET, MessageKind.CALL_SHEET_WITHDRAWN)
# Besides the slots, this is what a call sheet and its hold tell. Speakers are given the room itself, so a new one is
# news to them, though it is none to those who have a link of their own.
_ALSO_TOLD = ("title", "location", "room_url")


def slots_by_speaker(event: Event) -> dict[UUID, list[SlotFacts]]:
    """What each does, in the order of the programme: `{title, starts_at, ends_at}`, moments in ISO 8601 (UTC).

    Whoever has a part in the whole event, a moderator for instance, has it for a slot.
    """
    found: dict[UUID, list[SlotFacts]] = {}
    whole = _slot(event.title, event.starts_at, event.ends_at)
    _add(found, event.people, whole)
    if event.starts_at is None or event.time_zone is None:
        return found
    times = slots(event.programme, starts_at=event.starts_at, time_zone=event.time_zone)
    for item, slot in zip(event.programme, times, strict=True):
        starts_at, ends_at = (slot.starts_at, slot.ends_at) if slot else (None, None)
        _add(found, item.people, _slot(item.title, starts_at, ends_at))
    return found


def _add(found: dict[UUID, list[SlotFacts]], people: Iterable[Person], slot: SlotFacts) -> None:
    for speaker_id in dict.fromkeys(person.speaker.id for person in people if person.speaker is not None):
        found.setdefault(speaker_id, []).append(slot)


def _slot(title: str, starts_at: datetime | None, ends_at: datetime | None) -> SlotFacts:
    return {"title": title, "starts_at": _text(starts_at), "ends_at": _text(ends_at)}


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def send(session: Session, event: Event) -> int:
    """The call sheet to everyone on the programme who has not been sent their present slots. Returns how many; a second
    time at once, nobody.

    Holds the event's lock until the commit. Raises StateConflict where the event is not before people, or is over.
    """
    lock_places(session, event.id)
    event = session.get_one(Event, event.id, populate_existing=True)
    if event.state != EventState.PUBLISHED:
        raise StateConflict(f"“{event.title}” is not published, so its speakers cannot be told when. Publish it first.")
    if event.ends_at is not None and event.ends_at <= clock.now():
        raise StateConflict(f"“{event.title}” is over, so there is nothing left to speak at.")
    return _Round(session, event).tell(to_all=True)


def also_told(event: Event) -> tuple[str | None, ...]:
    return tuple(getattr(event, name) for name in _ALSO_TOLD)


def follow(session: Session, event: Event, *, is_other: bool) -> int:
    """After an edit: to those who were sent a call sheet and whose slots are others now, and only to them; to all of
    them where `also_told` says something else (`is_other`). The caller holds the event's lock."""
    return _Round(session, event).tell(is_other=is_other) if event.speakers else 0


def call_off(session: Session, event: Event) -> int:
    """The event is cancelled, or postponed: the holds go. The caller holds the event's lock."""
    return _Round(session, event).take_all_back() if event.speakers else 0


def return_from_postponement(session: Session, event: Event) -> int:
    """It has its date again: whoever knew the old one hears of the new. The caller holds the event's lock."""
    return _Round(session, event).tell(returns=True) if event.speakers else 0


class _Unsent(NamedTuple):
    """What waits for one speaker, and what they know as long as it does."""

    message: Message
    may_have_left: bool

    @property
    def known(self) -> list[SlotFacts] | None:
        """None: they were told nothing yet."""
        is_sheet = self.message.kind == MessageKind.CALL_SHEET
        known: list[SlotFacts] | None = self.message.facts.get("before" if is_sheet else "slots")
        return known


class _Round:
    """One look at all speakers of an event. Holds their rows, and then what waits for them, as workers do."""

    def __init__(self, session: Session, event: Event) -> None:
        self.session, self.event = session, event
        own = select(Speaker).where(Speaker.event_id == event.id).order_by(Speaker.id)
        held = own.with_for_update(key_share=True).execution_options(populate_existing=True)
        self.speakers: Sequence[Speaker] = session.scalars(held).all()
        self.slots = slots_by_speaker(event)
        self.unsent = self._find_unsent()
        self.written_to = set(session.scalars(select(Message.speaker_id).where(*self._of_this())))
        self.messages: list[NewMessage] = []

    def _of_this(self) -> tuple[Any, ...]:
        return Message.event_id == self.event.id, Message.speaker_id.is_not(None), Message.kind.in_(_KINDS)

    def _find_unsent(self) -> dict[UUID | None, _Unsent]:
        waiting = Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING])
        query = select(Message).where(*self._of_this(), waiting).with_for_update(of=Message)
        found = self.session.scalars(query.execution_options(populate_existing=True))
        return {one.speaker_id: _Unsent(one, outbox.may_have_left(one)) for one in found}

    def tell(self, *, to_all: bool = False, is_other: bool = False, returns: bool = False) -> int:
        """`to_all`: also to those who were never told."""
        returning = self._postponed() if returns else {}
        for speaker in self.speakers:
            slots, unsent = self.slots.get(speaker.id, []), self.unsent.get(speaker.id)
            if speaker.id in returning and slots:
                self._send(speaker, slots, returning[speaker.id])
            elif speaker.told or to_all or (unsent is not None and not unsent.may_have_left):
                self._bring_up_to_date(speaker, slots, unsent, is_other=is_other)
        return self._post()

    def _bring_up_to_date(
        self, speaker: Speaker, slots: list[SlotFacts], unsent: _Unsent | None, *, is_other: bool
    ) -> None:
        if slots == speaker.told and not is_other:
            return
        known = speaker.told or None
        if unsent is not None:
            is_other = is_other or bool(unsent.message.facts.get("is_other"))
            known = known if unsent.may_have_left else unsent.known
            outbox.withdraw(self.session, Message.id == unsent.message.id)
        if not slots:
            self._take_back(speaker, known, by_event=False)
        elif slots == known and not is_other:
            # They know it like this: what was to tell them otherwise never left.
            speaker.told = slots
        else:
            self._send(speaker, slots, known, is_other=is_other)

    def take_all_back(self) -> int:
        for speaker in self.speakers:
            unsent, known = self.unsent.get(speaker.id), speaker.told or None
            if unsent is not None and unsent.message.kind == MessageKind.CALL_SHEET:
                known = known if unsent.may_have_left else unsent.known
                outbox.withdraw(self.session, Message.id == unsent.message.id)
            self._take_back(speaker, known, by_event=True)
        return self._post()

    def _postponed(self) -> dict[UUID | None, list[SlotFacts]]:
        """Who had a hold when the date was taken back, and which."""
        query = select(Message).where(*self._of_this()).order_by(Message.created_at, Message.id)
        last = {message.speaker_id: message for message in self.session.scalars(query)}
        return {key: one.facts["slots"] for key, one in last.items() if one.facts.get("is_postponed")}

    def _send(
        self, speaker: Speaker, slots: list[SlotFacts], known: list[SlotFacts] | None, *, is_other: bool = False
    ) -> None:
        facts = {"slots": slots, "before": known, "changed": known is not None, "is_other": is_other}
        self._write(speaker, MessageKind.CALL_SHEET, facts)
        speaker.told = slots

    def _take_back(self, speaker: Speaker, known: list[SlotFacts] | None, *, by_event: bool) -> None:
        """With the hours that the hold has, so that calendars know it again."""
        speaker.told = []
        if not known:
            return
        is_postponed = self.event.state == EventState.POSTPONED
        facts = {"slots": known, "with_entry": True, "by_event": by_event, "is_postponed": by_event and is_postponed}
        self._write(speaker, MessageKind.CALL_SHEET_WITHDRAWN, facts)

    def _write(self, speaker: Speaker, kind: MessageKind, facts: dict[str, Any]) -> None:
        speaker.sequence += speaker.id in self.written_to
        message = NewMessage(
            self.event.id,
            None,
            kind,
            f"sequence-{speaker.sequence}",
            sequence=speaker.sequence,
            expires_at=self.event.ends_at,
            facts=facts,
            speaker_id=speaker.id,
        )
        self.messages.append(message)

    def _post(self) -> int:
        self.session.flush()
        return outbox.post(self.session, self.messages)
