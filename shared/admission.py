"""Admission: every registration there is came in through `register_many`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, bindparam, func, literal, literal_column, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from shared import acceptance, bulk, clock, consents, outbox, question_answers, suspicion, tallies
from shared.acceptance import Arrival
from shared.errors import InvalidInput, NotFound, PlenaryError, RegistrationClosed
from shared.models import (
    Event,
    EventPlaces,
    EventState,
    MessageKind,
    Registration,
    RegistrationSource,
    RegistrationStatus,
)
from shared.outbox import NewMessage
from shared.places import count, lock_places, newcomers_status, next_position
from shared.schemas.registrations import Applicant

# Somebody who works on the event did it: neither bound to the time of registration, nor asked to prove an address.
BY_ORGANISERS = (RegistrationSource.ORGANISER, RegistrationSource.IMPORT)
# Long enough for a mailbox that is read once a day.
VERIFY_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Application:
    """An applicant with what the request adds: the way they came, and the language they read.

    `must_verify`: the place counts only once somebody answered from the address, whatever the event says.
    `is_verified`: they came by a link that was mailed to it, so that somebody did. `invitation_id`: whose link it was.
    `sends_mail`: whether the person hears of it; False only where an organiser imports people who know.
    """

    applicant: Applicant
    source: RegistrationSource
    language: str
    must_verify: bool = False
    is_verified: bool = False
    invitation_id: UUID | None = None
    is_suspect: bool = False
    sends_mail: bool = True

    @property
    def key(self) -> str:
        return self.applicant.address.lower()

    @property
    def is_by_organiser(self) -> bool:
        return self.source in BY_ORGANISERS


@dataclass(frozen=True)
class Outcome:
    """What a newcomer gets at this moment: the same for an address that was already registered.

    `registration_id` and `is_new` tell the two apart: for organisers only.
    """

    status: RegistrationStatus = RegistrationStatus.CONFIRMED
    refusal: PlenaryError | None = None
    registration_id: UUID | None = field(default=None, compare=False)
    is_new: bool = field(default=True, compare=False)


class Known(NamedTuple):
    """A live registration of an address."""

    registration_id: UUID
    status: str
    is_of_this_batch: bool = False


_EVENT = select(Event).where(Event.id == bindparam("event_id")).execution_options(populate_existing=True)


def register_many(session: Session, event_id: UUID, applications: Sequence[Application]) -> list[Outcome]:
    """Register all of them in this transaction, in order; one outcome each. Holds the event's lock until the commit.

    Raises RegistrationClosed where nobody can register, NotFound where there is no such event.
    """
    places = lock_places(session, event_id)
    event = session.scalars(_EVENT, {"event_id": event_id}).one()
    require_on(event)
    admission = _Admission(session, event, places, live(session, event_id, [one.key for one in applications]))
    outcomes = [admission.admit(application) for application in applications]
    admission.write()
    return outcomes


def require_on(event: Event) -> None:
    """Raise RegistrationClosed, saying why, where the event is not going to take place, or not known when."""
    reason = called_off_because(event)
    if reason is not None:
        raise RegistrationClosed(reason)


def require_open(event: Event) -> None:
    """Raise RegistrationClosed, saying why, where nobody can register now."""
    reason = closed_because(event)
    if reason is not None:
        raise RegistrationClosed(reason)


def closed_because(event: Event) -> str | None:
    """Why nobody can register now; None while registration is open."""
    return called_off_because(event) or outside_hours_because(event)


def called_off_because(event: Event) -> str | None:
    if event.state == EventState.DRAFT:
        raise NotFound("There is no such event. It may not be published yet; look at the calendar.")
    if event.state == EventState.CANCELLED:
        return f"“{event.title}” is cancelled, so nobody can register. Look at the calendar for other events."
    if event.state == EventState.POSTPONED:
        return f"“{event.title}” is postponed. Registration opens again when the new date is announced."
    if event.ends_at is not None and event.ends_at <= clock.now():
        return f"“{event.title}” is over, so nobody can register any more. Look at the calendar for coming events."
    return None


def outside_hours_because(event: Event) -> str | None:
    now = clock.now()
    if event.registration_opens_at is not None and now < event.registration_opens_at:
        opens_at = f"{event.registration_opens_at:%d %B %Y, %H:%M} UTC"
        return f"Registration for “{event.title}” opens on {opens_at}. Come back then."
    if event.registration_closes_at is not None and event.registration_closes_at <= now:
        return f"Registration for “{event.title}” has closed. Ask the host whether a place is left."
    return None


class _Admission:
    """One batch at one event, under its lock."""

    def __init__(self, session: Session, event: Event, places: EventPlaces, live: dict[str, Known]) -> None:
        self.session, self.event, self.places, self.live = session, event, places, live
        self.now = clock.now()
        self.outside_hours = outside_hours_because(event)
        self.audiences = {audience.casefold(): audience for audience in event.audiences}
        self.arrivals: list[_New] = []
        self.messages: list[NewMessage] = []
        self.asked = event.questions if event.has_questions else []
        self.texts = consents.NotedTexts()
        # By registering, people answer their invitations.
        self.answered: list[Arrival] = []
        self._consents: dict[str, str] = {}

    def admit(self, application: Application) -> Outcome:
        refusal = self._refusal(application)
        if refusal is not None:
            return Outcome(refusal=refusal)
        try:
            answers = self._answers(application)
        except InvalidInput as flawed:
            return Outcome(refusal=flawed)
        status = self._status(application)
        known = self.live.get(application.key)
        if known is not None:
            self._remind(known, application)
            self._note(application, known.registration_id, known.status)
            return Outcome(status, registration_id=known.registration_id, is_new=False)
        new = self._add(application, status, answers)
        self._note(application, new.id, status)
        return Outcome(status, registration_id=new.id)

    def _note(self, application: Application, registration_id: UUID, status: str) -> None:
        if self.event.has_invitations:
            is_pending = status == RegistrationStatus.PENDING
            arrival = Arrival(registration_id, application.key, application.invitation_id, is_pending=is_pending)
            self.answered.append(arrival)

    def _refusal(self, application: Application) -> PlenaryError | None:
        if self.outside_hours is not None and not application.is_by_organiser:
            return RegistrationClosed(self.outside_hours)
        audience = application.applicant.audience
        if audience is not None and audience.casefold() not in self.audiences:
            return _unknown_audience(self.event)
        return None

    def _answers(self, application: Application) -> dict[str, Any]:
        """Cleaned. Raises InvalidInput. Organisers need not know what people would have answered."""
        given = application.applicant.answers
        if not given and not self.asked:
            return {}
        return question_answers.check(self.asked, given, insists=not application.is_by_organiser)

    def _status(self, application: Application) -> RegistrationStatus:
        is_asked = self.event.verifies_addresses or application.must_verify
        if is_asked and not application.is_verified and not application.is_by_organiser:
            return RegistrationStatus.PENDING
        return newcomers_status(self.places)

    def _remind(self, known: Known, application: Application) -> None:
        """Tell the person, and nobody else, that they are registered already; once an hour at most."""
        if not known.is_of_this_batch and not application.is_by_organiser:
            self.messages.append(link_again(self.event, known.registration_id, known.status))

    def _add(self, application: Application, status: RegistrationStatus, answers: Mapping[str, Any]) -> "_New":
        new = self._new(application, status)
        if answers:
            language = None if application.is_by_organiser else application.language
            new.answers = question_answers.signed(self.event, answers, language=language, texts=self.texts)
        count(self.places, status, +1)
        self.arrivals.append(new)
        self.live[application.key] = Known(new.id, status, is_of_this_batch=True)
        if application.sends_mail:
            is_bulk = application.source == RegistrationSource.IMPORT
            self.messages.append(first_message(self.event, new, is_bulk=is_bulk))
        return new

    def _new(self, application: Application, status: str) -> "_New":
        applicant = application.applicant
        is_agreed = not application.is_by_organiser
        return _New(
            id=uuid7(),
            event_id=self.event.id,
            position=next_position(self.places),
            status=status,
            source=application.source,
            address=applicant.address,
            name=applicant.name,
            organisation=applicant.organisation,
            city=applicant.city,
            country=applicant.country,
            came_from=applicant.came_from,
            audience=self.audiences[applicant.audience.casefold()] if applicant.audience else None,
            language=applicant.language or application.language,
            time_zone=applicant.time_zone,
            answers={},
            consent_version=self._consent(application.language) if is_agreed else None,
            consented_at=self.now if is_agreed else None,
            answer_by=verify_by(self.event) if status == RegistrationStatus.PENDING else None,
            is_suspect=application.is_suspect,
            registered_at=self.now,
            confirmed_at=self.now if status == RegistrationStatus.CONFIRMED else None,
        )

    def _consent(self, language: str) -> str:
        """The version of the text that stood beside the form."""
        if language not in self._consents:
            self._consents[language] = self.texts.note(consents.consent_text(self.event, language), language)
        return self._consents[language]

    def write(self) -> None:
        self.places.version += bool(self.arrivals)
        self.texts.write(self.session)
        bulk.run(self.session, bulk.insert_rows(Registration, *_New.__slots__), [one.row() for one in self.arrivals])
        counted = tallies.born(self.arrivals, self.now, self.asked)
        counted.update(suspicion.suspects(sum(one.is_suspect for one in self.arrivals)))
        tallies.add(self.session, self.event.id, counted)
        outbox.post(self.session, self.messages)
        if self.answered:
            acceptance.note(self.session, self.event.id, self.answered)


@dataclass(slots=True)
class _New:
    """A row of `registration` to be. Not a Registration: making one that the session looks after costs ten times more,
    and a crowd feels it."""

    id: UUID
    event_id: UUID
    position: int
    status: str
    source: str
    address: str
    name: str
    organisation: str | None
    city: str | None
    country: str | None
    came_from: str | None
    audience: str | None
    language: str
    time_zone: str | None
    answers: dict[str, Any]
    consent_version: str | None
    consented_at: datetime | None
    answer_by: datetime | None
    is_suspect: bool
    registered_at: datetime
    confirmed_at: datetime | None
    sequence: int = 0

    def row(self) -> bulk.Row:
        return {name: getattr(self, name) for name in self.__slots__}


def verify_by(event: Event) -> datetime:
    """Until when somebody must answer who is asked now."""
    in_time = clock.now() + VERIFY_WITHIN
    return min(in_time, event.ends_at) if event.ends_at is not None else in_time


def ask_again(session: Session, event: Event) -> None:
    """A postponed event returns: the question to those who had not answered went away with it, so they get another.

    The caller holds the event's lock.
    """
    query = select(Registration).where(
        Registration.event_id == event.id, Registration.status == RegistrationStatus.PENDING
    )
    pending = session.scalars(query).all()
    for registration in pending:
        registration.answer_by = verify_by(event)
    outbox.post(session, [first_message(event, one, occasion=f"revision-{event.revision}") for one in pending])


_KEYS = func.unnest(bindparam("keys", type_=ARRAY(Text))).table_valued("key").render_derived()
_OF_KEY = (
    select(Registration.id, Registration.status, Registration.event_id)
    .where(
        func.lower(Registration.address) == _KEYS.c.key,
        # Said in the statement itself, where PostgreSQL can see that the index of live addresses has them all.
        Registration.status != literal(RegistrationStatus.CANCELLED, literal_execute=True),
    )
    # Keeps the event out of here. PostgreSQL does not see how rare an address is: it would go through all of the
    # event's registrations, or the whole table, instead of looking into the index for each address.
    .offset(literal_column("0"))
    .lateral()
)
_LIVE = (
    select(_KEYS.c.key, _OF_KEY.c.id, _OF_KEY.c.status)
    .join_from(_KEYS, _OF_KEY, true())
    .where(_OF_KEY.c.event_id == bindparam("event_id"))
)


def live(session: Session, event_id: UUID, keys: Sequence[str]) -> dict[str, Known]:
    """Those of these lower-case addresses that are registered already, by the address."""
    found = session.execute(_LIVE, {"event_id": event_id, "keys": list(keys)})
    return {key: Known(registration_id, status) for key, registration_id, status in found}


def _unknown_audience(event: Event) -> InvalidInput:
    known = ", ".join(event.audiences)
    fact = (
        f"is not one of this event's audiences: {known}" if known else "must be left out: this event names no audiences"
    )
    return InvalidInput("The registration could not be taken: see the fields.", fields={"audience": fact})


_FIRST_KINDS = {
    RegistrationStatus.PENDING: MessageKind.VERIFICATION,
    RegistrationStatus.CONFIRMED: MessageKind.CONFIRMATION,
    RegistrationStatus.WAITLISTED: MessageKind.WAITING_LIST,
}


def first_message(
    event: Event, registration: Registration | _New, *, occasion: str = "first", is_bulk: bool = False
) -> NewMessage:
    """What somebody is told who just came: that they have a place, that they wait, or what they must do first.

    `is_bulk`: of a list that was imported, where nobody sits and waits for it.
    """
    kind = _FIRST_KINDS[RegistrationStatus(registration.status)]
    return NewMessage(
        event.id,
        registration.id,
        kind,
        occasion,
        sequence=registration.sequence,
        expires_at=registration.answer_by or event.ends_at,
        urgent=_begins_soon(event),
        is_bulk=is_bulk,
    )


def _begins_soon(event: Event) -> bool:
    return event.starts_at is not None and event.starts_at - clock.now() <= outbox.HOUR


def link_again(event: Event, registration_id: UUID, status: str, *, is_asked_for: bool = False) -> NewMessage:
    """The link to a registration that is there already; once an hour at most. A pending one is asked once more.

    `is_asked_for`: somebody asked for the link, rather than to register.
    """
    is_pending = status == RegistrationStatus.PENDING
    kind = MessageKind.VERIFICATION if is_pending else MessageKind.LINK_AGAIN
    hour = clock.now().strftime("%Y-%m-%dT%H")
    facts = {"is_asked_for": is_asked_for}
    urgent = _begins_soon(event)
    return NewMessage(event.id, registration_id, kind, hour, expires_at=event.ends_at, urgent=urgent, facts=facts)
