"""How models become the answers of `shared/schemas`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared import admission, events, questions, reachability, timezones, waiting_lists
from shared.mail.recipients import recipient_of
from shared.models import AuditEntry, Calendar, Event, Message, Organiser, Person, ProgrammeItem, Registration
from shared.programme import Slot, slots
from shared.registration_tables.answers import is_for_viewers
from shared.schemas.events import CalendarSummary, EventAnswer, EventSummary, ProgrammeItemAnswer
from shared.schemas.programme import ItemKind, PersonFacts
from shared.schemas.questions import QuestionFacts
from shared.schemas.registrations import AnswerInWords, MessageAnswer, RegistrationAnswer, RegistrationDetail
from shared.schemas.remarks import Remark
from shared.schemas.stats import AuditAnswer
from shared.settings import get_settings


def calendar_summary(calendar: Calendar) -> CalendarSummary:
    return CalendarSummary.model_validate(calendar, from_attributes=True)


def event_url(event: Event) -> str:
    return f"{get_settings().site_url}/events/{event.slug}"


def places_left(event: Event) -> int | None:
    return event.places.free


def event_summary(event: Event, *, with_registered: bool) -> EventSummary:
    """`with_registered` for those who work on the calendar."""
    return EventSummary(**_summary(event, with_registered=with_registered))


def _summary(event: Event, *, with_registered: bool) -> dict[str, object]:
    offset = timezones.offset_text(event.starts_at, event.time_zone) if event.starts_at and event.time_zone else None
    same = ("id", "slug", "state", "title", "form", "starts_at", "ends_at", "starts_at_local", "time_zone", "minutes",
            "languages", "revision")  # fmt: skip
    return {name: getattr(event, name) for name in same} | {
        "url": event_url(event),
        "is_over": events.is_over(event),
        "calendar": calendar_summary(event.calendar),
        "ends_at_local": events.ends_at_local(event),
        "utc_offset": offset,
        "places": event.places.places,
        "places_left": places_left(event),
        "registered": event.places.taken if with_registered else None,
    }


def event_answer(event: Event, *, with_remarks: bool, with_addresses: bool = False) -> EventAnswer:
    """`with_remarks` for those who work on the calendar: remarks quote the announcement as it was pasted.
    `with_addresses` for those of them who may see how people are reached: more than viewers do."""
    same = ("text_language", "introduction", "contents", "audiences", "hosts", "location", "is_free", "price_text",
            "is_open_to_all", "registration_url", "registration_opens_at", "registration_closes_at", "state_reason",
            "waiting_list_closes_minutes", "offer_hours", "verifies_addresses", "retention_days", "published_at",
            "updated_at", "version", "is_online", "room_opens_minutes", "recording_url",
            "declining_frees_place")  # fmt: skip
    reach = {"with_contact": with_remarks, "with_address": with_addresses}
    own = ("time_text", "room_url", "invitations_per_day", "mail_texts") if with_remarks else ()
    return EventAnswer(
        **_summary(event, with_registered=with_remarks),
        **{name: getattr(event, name) for name in (*same, *own)},
        people=[person_facts(person, **reach) for person in event.people],
        programme=programme_answer(event, **reach),
        questions=[QuestionFacts.model_validate(question) for question in questions.asked(event)],
        registration_is_open=is_open(event),
        remarks=[Remark.model_validate(remark) for remark in event.remarks] if with_remarks else [],
    )


def is_open(event: Event) -> bool:
    return event.state != "draft" and admission.closed_because(event) is None


def person_facts(person: Person, *, with_contact: bool = False, with_address: bool = False) -> PersonFacts:
    facts = PersonFacts.model_validate(person, from_attributes=True, extra="ignore")
    speaker = person.speaker
    if speaker is None or not with_contact:
        return facts
    contact = {"language": speaker.language, "time_zone": speaker.time_zone}
    return facts.model_copy(update=contact | ({"address": speaker.address} if with_address else {}))


def programme_answer(
    event: Event, *, with_contact: bool = False, with_address: bool = False
) -> list[ProgrammeItemAnswer]:
    """The items with their clock times, where the event has a start."""
    times: list[Slot | None] = [None] * len(event.programme)
    if event.starts_at is not None and event.time_zone is not None:
        times = slots(event.programme, starts_at=event.starts_at, time_zone=event.time_zone)
    reach = {"with_contact": with_contact, "with_address": with_address}
    return [_item(event, item, slot, reach) for item, slot in zip(event.programme, times, strict=True)]


def _item(event: Event, item: ProgrammeItem, slot: Slot | None, reach: Mapping[str, bool]) -> ProgrammeItemAnswer:
    return ProgrammeItemAnswer(
        title=item.title,
        kind=ItemKind(item.kind),
        minutes=item.minutes,
        day=item.day,
        starts_at_clock=item.starts_at_clock,
        people=[person_facts(person, **reach) for person in item.people],
        starts_at=slot.starts_at if slot else None,
        ends_at=slot.ends_at if slot else None,
        starts_at_local=_local(event, slot.starts_at) if slot else None,
    )


def _local(event: Event, instant: datetime) -> datetime:
    assert event.time_zone is not None
    return events.in_zone(instant, event.time_zone).replace(tzinfo=None)


def registration_answer(registration: Registration, *, sees_people: bool) -> RegistrationAnswer:
    """`sees_people` is False for viewers."""
    answer = RegistrationAnswer.model_validate(registration, from_attributes=True)
    answer.holds = _holds(registration)
    if sees_people:
        return answer
    shown = {one.key for one in registration.event.questions if is_for_viewers(one.kind)}
    given = {key: value for key, value in answer.answers.items() if key in shown}
    return answer.model_copy(update={"address": None, "time_zone": None, "answers": given})


def _holds(registration: Registration) -> Literal["current", "old", "none"]:
    """Of the event's revisions, the one that left in a mail last."""
    if registration.entry_revision is None:
        return "none"
    return "current" if registration.entry_revision >= registration.event.revision else "old"


def registration_detail(session: Session, registration: Registration, *, sees_people: bool) -> RegistrationDetail:
    answer = registration_answer(registration, sees_people=sees_people)
    return RegistrationDetail(
        **answer.model_dump(),
        event_id=registration.event_id,
        answered=_in_words(registration.event, answer.answers),
        waiting_position=waiting_lists.position_of(session, registration),
        consent_version=registration.consent_version if sees_people else None,
        consented_at=registration.consented_at if sees_people else None,
    )


def _in_words(event: Event, given: Mapping[str, Any]) -> list[AnswerInWords]:
    """In the order of the questions; those that are not asked any more come last."""
    if not given:
        return []
    in_order = sorted(event.questions, key=lambda question: (question.retired_at is not None, question.position))
    return [
        AnswerInWords(
            key=question.key,
            question=questions.label(question, event.text_language),
            answer=questions.shown(question, given[question.key], event.text_language),
        )
        for question in in_order
        if given.get(question.key) is not None
    ]


_OF_A_MESSAGE = (
    "id", "kind", "status", "created_at", "due_at", "sent_at", "attempts", "bounced_at", "opened_at", "rule_id",
)  # fmt: skip


def message_answer(message: Message, *, sees_people: bool) -> MessageAnswer:
    """`sees_people` is False for viewers: what a mail server replies often quotes the address."""
    facts = {name: getattr(message, name) for name in _OF_A_MESSAGE}
    hidden: dict[str, str | None] = {"address": None, "reply": None}
    shown = {"address": _address_of(message), "reply": message.reply, "bounce": message.bounce}
    return MessageAnswer(**facts, **(shown if sees_people else hidden))


def _address_of(message: Message) -> str | None:
    registration = message.registration
    if registration is not None and reachability.went_elsewhere(message, registration):
        return None
    return recipient_of(message).address


def audit_answers(session: Session, entries: Sequence[AuditEntry]) -> list[AuditAnswer]:
    names = _names(session, Organiser.name, Organiser.id, {entry.organiser_id for entry in entries})
    titles = _names(session, Event.title, Event.id, {entry.event_id for entry in entries})
    return [
        AuditAnswer(
            at=entry.at,
            organiser=names.get(entry.organiser_id),
            action=entry.action,
            event_id=str(entry.event_id) if entry.event_id else None,
            event=titles.get(entry.event_id),
            facts=entry.facts,
        )
        for entry in entries
    ]


def _names(
    session: Session, name: InstrumentedAttribute[str], key: InstrumentedAttribute[UUID], ids: Iterable[UUID | None]
) -> dict[UUID | None, str]:
    return {found: text for found, text in session.execute(select(key, name).where(key.in_(set(ids) - {None})))}
