"""What becomes of a registration once it is there: corrected, confirmed, cancelled, taken up again, its link sent."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import acceptance, clock, outbox, question_answers, tallies
from shared.acceptance import Arrival
from shared.admission import first_message, link_again, require_on, require_open
from shared.consents import NotedTexts
from shared.errors import NotFound, RegistrationClosed
from shared.models import (
    HOLDING,
    EventPlaces,
    LinkRequest,
    Message,
    MessageKind,
    Registration,
    RegistrationStatus,
)
from shared.outbox import NewMessage
from shared.places import change_status, lock_places, newcomers_status, next_position
from shared.schemas.registrations import RegistrationCorrection
from shared.waiting_lists import place_given, promote_waiting

# A slip of the finger is noticed within minutes. Until then the old place in the order comes back with it.
UNDO_FOR = timedelta(minutes=30)


def get(session: Session, registration_id: UUID) -> Registration:
    registration = session.get(Registration, registration_id)
    if registration is None:
        raise NotFound("There is no such registration. It may have been removed; register again.")
    return registration


def _hold(session: Session, registration_id: UUID) -> tuple[Registration, EventPlaces]:
    """The registration as it is now, under its event's lock."""
    registration = get(session, registration_id)
    places = lock_places(session, registration.event_id)
    found = session.get(Registration, registration_id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such registration. It was removed a moment ago; register again.")
    return found, places


def correct(
    session: Session, registration_id: UUID, correction: RegistrationCorrection, *, language: str | None = None
) -> Registration:
    """Change what may be corrected. Raises NotFound, InvalidInput, or RegistrationClosed where it was cancelled.

    `language` is the one in which the person read the questions; None for an organiser, who may leave them open.
    """
    registration, places = _hold(session, registration_id)
    if registration.status == RegistrationStatus.CANCELLED:
        raise RegistrationClosed("This registration is cancelled and cannot be changed. Register again instead.")
    # Read under the lock: an organiser may have changed them a moment ago.
    session.refresh(registration.event, ["questions"])
    asked = registration.event.questions
    cells_before = tallies.cells(registration, asked)
    given = correction.model_dump(exclude_unset=True)
    answers = given.pop("answers", None)
    if answers:
        given["answers"] = _corrected_answers(session, registration, answers, language)
    for name, value in given.items():
        if value is not None or name not in {"name", "language"}:
            setattr(registration, name, value)
    places.version += 1
    session.flush()
    tallies.add(session, registration.event_id, tallies.moved(cells_before, tallies.cells(registration, asked)))
    return registration


def _corrected_answers(
    session: Session, registration: Registration, given: Mapping[str, Any], language: str | None
) -> dict[str, Any]:
    event, texts = registration.event, NotedTexts()
    answers = question_answers.check(event.questions, given, before=registration.answers, insists=language is not None)
    kept = question_answers.signed(event, answers, language=language, texts=texts)
    texts.write(session)
    return kept


def confirm(session: Session, registration_id: UUID) -> Registration:
    """The person answered: the address is theirs, or they take the place they were offered. Twice changes nothing.

    Raises RegistrationClosed where the registration, or the event, is no more.
    """
    registration, places = _hold(session, registration_id)
    if registration.status == RegistrationStatus.CANCELLED:
        raise RegistrationClosed("This registration is cancelled. Take it up again, or register anew.")
    if registration.status == RegistrationStatus.PENDING:
        require_on(registration.event)
        _admit_verified(session, places, registration)
    elif registration.status == RegistrationStatus.OFFERED:
        require_on(registration.event)
        _take_offer(session, places, registration)
    return registration


def _admit_verified(session: Session, places: EventPlaces, registration: Registration) -> None:
    """The place counts from here on; so does the place in the order."""
    _give(session, places, registration, newcomers_status(places), position=next_position(places))
    outbox.withdraw(session, Message.registration_id == registration.id, Message.kind == MessageKind.VERIFICATION)
    outbox.post(session, [first_message(registration.event, registration)])
    if registration.event.has_invitations:
        arrival = Arrival(registration.id, registration.address.lower(), None, is_pending=False)
        acceptance.note(session, registration.event_id, [arrival])


def _take_offer(session: Session, places: EventPlaces, registration: Registration) -> None:
    _give(session, places, registration, RegistrationStatus.CONFIRMED, position=registration.position)
    outbox.withdraw(session, Message.registration_id == registration.id, Message.kind == MessageKind.OFFER)
    outbox.post(session, [place_given(registration.event, registration)])


def _give(
    session: Session, places: EventPlaces, registration: Registration, status: RegistrationStatus, *, position: int
) -> None:
    registration.position = position
    registration.answer_by = registration.cancelled_at = None
    registration.confirmed_at = clock.now() if status == RegistrationStatus.CONFIRMED else None
    change_status(session, places, [registration], status)


def cancel(session: Session, registration_id: UUID, *, tells: bool = True, is_by_person: bool = False) -> Registration:
    """Give the place back, take back what was about to be sent, withdraw the calendar entry, and promote who waits.

    Also leaves the waiting list, and declines an offer. Cancelling twice changes nothing. `tells` is False where the
    person is about to be erased, so that no mail could reach them; `is_by_person` where they did it themselves, which
    their calendar then shows as declined. Raises NotFound.
    """
    registration, places = _hold(session, registration_id)
    if registration.status == RegistrationStatus.CANCELLED:
        return registration
    before = registration.status
    registration.cancelled_at, registration.answer_by = clock.now(), None
    change_status(session, places, [registration], RegistrationStatus.CANCELLED)
    taken_back = outbox.withdraw(session, Message.registration_id == registration.id)
    registration.sequence += 1
    if tells and before != RegistrationStatus.PENDING:
        # Who had a place, lost it by leaving, waited and leaves again may still have the entry of that time.
        with_entry = before == RegistrationStatus.CONFIRMED or any(one.facts.get("with_entry") for one in taken_back)
        outbox.post(session, [_cancelled_message(registration, with_entry, is_by_person)])
    if before in HOLDING:
        promote_waiting(session, places)
    return registration


def _cancelled_message(registration: Registration, with_entry: bool, is_by_person: bool) -> NewMessage:
    return NewMessage(
        registration.event_id,
        registration.id,
        MessageKind.REGISTRATION_CANCELLED,
        f"sequence-{registration.sequence}",
        sequence=registration.sequence,
        expires_at=registration.event.ends_at,
        facts={"with_entry": with_entry, "is_by_person": is_by_person},
    )


def can_undo(registration: Registration) -> bool:
    """Whether taking it up again still brings the old place in the order back."""
    cancelled_at = registration.cancelled_at
    return cancelled_at is not None and clock.now() - cancelled_at < UNDO_FOR


def take_up_again(session: Session, registration_id: UUID) -> Registration:
    """A cancelled registration lives again: with a place where one is free and nobody waits, else on the waiting list.

    Shortly after cancelling it keeps its place in the order, so whoever had a place is next in line; later it comes
    last, like a newcomer. Twice changes nothing. Raises RegistrationClosed where nobody can register, or where the
    address has another registration by now.
    """
    registration, places = _hold(session, registration_id)
    if registration.status != RegistrationStatus.CANCELLED:
        return registration
    is_undone = can_undo(registration)
    (require_on if is_undone else require_open)(registration.event)
    _require_only_one(session, registration)
    position = registration.position if is_undone else next_position(places)
    status = newcomers_status(places)
    # To who had a place and waits now the goodbye still goes: it takes the entry out of the calendar.
    is_needed = Message.facts.contains({"with_entry": True}) & (status != RegistrationStatus.CONFIRMED)
    outbox.withdraw(session, Message.registration_id == registration.id, ~is_needed)
    # The same row, so the same UID: the entry may still stand in the calendar, and is brought up to date rather than
    # doubled. SEQUENCE goes on, so that it comes after whatever took it out (RFC 5546 section 2.1.4). Whoever
    # registers anew instead has a new row, and with it a new UID that begins at 0.
    registration.sequence += 1
    registration.forget_participation()
    _give(session, places, registration, status, position=position)
    again = first_message(registration.event, registration, occasion=f"again-{registration.sequence}")
    outbox.post(session, [again])
    promote_waiting(session, places)
    return registration


def _require_only_one(session: Session, registration: Registration) -> None:
    other = select(Registration.id).where(
        Registration.event_id == registration.event_id,
        func.lower(Registration.address) == registration.address.lower(),
        Registration.status != RegistrationStatus.CANCELLED,
    )
    if session.scalar(other) is not None:
        raise RegistrationClosed(
            "You have registered again since. The newest mail about this event has the link to that registration."
        )


def request_link(session: Session, event_id: UUID, address: str) -> None:
    """Note that somebody wants their link. Whether there is one is looked up later, so that answering tells nothing."""
    session.add(LinkRequest(event_id=event_id, address=address))


def answer_link_requests(session: Session, *, limit: int = 100) -> int:
    """Send the link to those who are registered, and forget all who asked. Returns how many asked."""
    query = select(LinkRequest).order_by(LinkRequest.id).limit(limit).with_for_update(skip_locked=True)
    requests = list(session.scalars(query))
    for request in requests:
        found = _latest(session, request.event_id, request.address)
        if found is not None:
            outbox.post(session, [link_again(found.event, found.id, found.status, is_asked_for=True)])
        session.delete(request)
    return len(requests)


def _latest(session: Session, event_id: UUID, address: str) -> Registration | None:
    """The live registration of an address at an event, or else the one that was cancelled last."""
    query = select(Registration).where(
        Registration.event_id == event_id, func.lower(Registration.address) == address.lower()
    )
    is_cancelled = Registration.status == RegistrationStatus.CANCELLED
    return session.scalar(query.order_by(is_cancelled, Registration.position.desc()).limit(1))
