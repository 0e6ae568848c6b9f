"""What people who registered want to ask in the session."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import admission, clock
from shared.errors import InvalidInput, NotFound, RegistrationClosed, StateConflict
from shared.models import AudienceQuestion, QuestionStatus, Registration, RegistrationStatus

LONGEST, MOST_EACH = 500, 5


def ask(session: Session, registration: Registration, text: str) -> AudienceQuestion:
    """The same text twice is one question.

    Raises InvalidInput, StateConflict beyond the most that one may ask, RegistrationClosed where it is of no use.
    """
    words = " ".join(text.replace("\x00", " ").split())
    if not words or len(words) > LONGEST:
        raise InvalidInput("Write a question of up to 500 characters.", fields={"text": "is empty, or too long"})
    if registration.status != RegistrationStatus.CONFIRMED or admission.called_off_because(registration.event):
        raise RegistrationClosed("Questions are for people with a place, until the event is over.")
    # Held, so that two windows cannot ask more than one may.
    session.execute(select(Registration.id).where(Registration.id == registration.id).with_for_update())
    mine = of_person(session, registration.id)
    again = next((one for one in mine if one.text == words), None)
    if again is not None:
        return again
    if len(mine) >= MOST_EACH:
        raise StateConflict(f"One may ask {MOST_EACH} questions. Leave room for the others.")
    asked = AudienceQuestion(event_id=registration.event_id, registration_id=registration.id, text=words)
    session.add(asked)
    session.flush()
    return asked


def of_person(session: Session, registration_id: UUID) -> list[AudienceQuestion]:
    query = select(AudienceQuestion).where(AudienceQuestion.registration_id == registration_id)
    return list(session.scalars(query.order_by(AudienceQuestion.id)))


def get(session: Session, question_id: UUID) -> AudienceQuestion:
    """Raises NotFound."""
    found = session.get(AudienceQuestion, question_id)
    if found is None:
        raise NotFound("There is no such question. It was removed; load the list again.")
    return found


def counts(session: Session, event_id: UUID) -> dict[str, int]:
    query = select(AudienceQuestion.status, func.count()).where(AudienceQuestion.event_id == event_id)
    return {status: count for status, count in session.execute(query.group_by(AudienceQuestion.status))}


def mark(session: Session, question: AudienceQuestion, status: str) -> None:
    question.status = QuestionStatus(status)
    session.flush()


def is_open(registration: Registration) -> bool:
    """Whether this person may ask now."""
    event = registration.event
    is_on = event.ends_at is not None and event.ends_at > clock.now() and not admission.called_off_because(event)
    return registration.status == RegistrationStatus.CONFIRMED and is_on
