"""The dashboard's snapshot of one event, read from tallies: it costs the same for ten registrations and a million."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from shared import answers, clock, heartbeats, questions, reachability, suspicion, tallies
from shared.curve import bins, curve
from shared.mail_rules import answering, moments
from shared.mail_rules.answering import Counted
from shared.models import (
    HOLDING,
    Event,
    EventTally,
    Message,
    MessageStatus,
    Question,
    Registration,
    RegistrationStatus,
    ReminderRule,
)
from shared.schemas.stats import (
    AudienceCount,
    ChoiceCount,
    CountryCount,
    FeedEntry,
    LocalHour,
    MailCounts,
    QuestionCount,
    ReminderState,
    Stats,
    Totals,
)
from shared.territories import country_name

FEED_LENGTH = 20

# value -> status -> count, by dimension
Tallies = dict[str, dict[str, dict[str, int]]]


def snapshot(session: Session, event: Event) -> Stats:
    counted = _read(session, event)
    mail = answering.counted(session, event.id)
    step = bins(event.created_at, clock.now())
    return Stats(
        server_time=clock.now(),
        version=event.places.version,
        event=answers.event_summary(event, with_registered=True),
        totals=_totals(event, counted, cities=_cities(session, event)),
        curve=curve(counted[tallies.GAINED], counted[tallies.LOST], step=step),
        curve_bin_minutes=int(step.total_seconds() // 60),
        audiences=_audiences(event, counted["audience"]),
        countries=_countries(counted["country"]),
        local_hours=_local_hours(event, counted["time_zone"]),
        questions=_questions(event, counted),
        feed=_feed(session, event),
        mail=_mail(session, event, mail),
        reminders=[_reminder(event, rule, mail) for rule in moments.in_order(event)],
        unreachable=reachability.count(session, event) if reachability.is_near(event) else None,
        suspicion=suspicion.summary(counted[tallies.SUSPECT], counted[tallies.REFUSED], counted[tallies.REGISTERED]),
    )


def _read(session: Session, event: Event) -> Tallies:
    found: Tallies = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    of_event = EventTally.event_id == event.id, EventTally.count != 0
    query = select(EventTally.dimension, EventTally.value, EventTally.status, EventTally.count).where(*of_event)
    # People type thousands of different cities, of which only the number is shown, and come in any minute.
    elsewhere = EventTally.dimension.not_in([tallies.CITY, tallies.JOINED])
    for dimension, value, status, count in session.execute(query.where(elsewhere)):
        found[dimension][value][status] = count
    return found


def _cities(session: Session, event: Event) -> int:
    """How many different ones those who hold a place have named."""
    is_named = EventTally.dimension == tallies.CITY, EventTally.value != tallies.NONE
    is_held = EventTally.status.in_(HOLDING), EventTally.count > 0
    of_event = EventTally.event_id == event.id
    return session.scalar(select(func.count(EventTally.value.distinct())).where(of_event, *is_named, *is_held)) or 0


def _active(by_status: dict[str, int]) -> int:
    return sum(by_status.get(status, 0) for status in HOLDING)


def _totals(event: Event, counted: Tallies, *, cities: int) -> Totals:
    places = event.places
    active = places.taken
    day_before, last_day = _by_day(counted[tallies.REGISTERED])
    return Totals(
        active=active,
        confirmed=places.confirmed,
        pending=places.pending,
        offered=places.offered,
        waitlisted=places.waitlisted,
        cancelled=places.cancelled,
        places=places.places,
        left=answers.places_left(event),
        fill=min(1.0, active / places.places) if places.places else None,
        over=max(0, active - places.places) if places.places is not None else 0,
        last_24_hours=last_day,
        day_before=day_before,
        countries=_named(counted["country"]),
        cities=cities,
    )


def _named(values: dict[str, dict[str, int]]) -> int:
    return sum(1 for value, by_status in values.items() if value != tallies.NONE and _active(by_status))


def _by_day(registered: dict[str, dict[str, int]]) -> tuple[int, int]:
    """Registrations of the 24 hours before the last 24, and of the last 24; by whole hours."""
    now = clock.now()
    day_before = last_day = 0
    for hour, by_status in registered.items():
        age = now - datetime.strptime(hour, tallies.HOUR).replace(tzinfo=UTC)
        last_day += sum(by_status.values()) if age < timedelta(hours=24) else 0
        day_before += sum(by_status.values()) if timedelta(hours=24) <= age < timedelta(hours=48) else 0
    return day_before, last_day


def _audiences(event: Event, counted: dict[str, dict[str, int]]) -> list[AudienceCount]:
    """Those of the event first, with zeros; then what registrants chose before the list was changed."""
    total = sum(_active(by_status) for by_status in counted.values()) or 1
    others = sorted(set(counted) - set(event.audiences) - {tallies.NONE})
    names = [*event.audiences, *others] + ([tallies.NONE] if _active(counted.get(tallies.NONE, {})) else [])
    return [_audience(name, counted.get(name, {}), total) for name in names]


def _audience(name: str, by_status: dict[str, int], total: int) -> AudienceCount:
    return AudienceCount(
        audience=name or None,
        confirmed=by_status.get(RegistrationStatus.CONFIRMED, 0),
        offered=by_status.get(RegistrationStatus.OFFERED, 0),
        pending=by_status.get(RegistrationStatus.PENDING, 0),
        waitlisted=by_status.get(RegistrationStatus.WAITLISTED, 0),
        share=_active(by_status) / total,
    )


def _countries(counted: dict[str, dict[str, int]]) -> list[CountryCount]:
    rows = [
        CountryCount(country=code or None, name=country_name(code, language="en") or "Not given", count=count)
        for code, by_status in counted.items()
        if (count := _active(by_status))
    ]
    return sorted(rows, key=lambda row: (-row.count, row.name))


def _local_hours(event: Event, zones: dict[str, dict[str, int]]) -> list[LocalHour]:
    """All 24 hours, once the event has a start. Those who gave no zone are counted in the event's own."""
    if event.starts_at is None or event.time_zone is None:
        return []
    hours = [0] * 24
    for zone, by_status in zones.items():
        hours[event.starts_at.astimezone(ZoneInfo(zone or event.time_zone)).hour] += _active(by_status)
    return [LocalHour(hour=hour, count=count) for hour, count in enumerate(hours)]


def _questions(event: Event, counted: Tallies) -> list[QuestionCount]:
    """What is asked now, in order; then what was asked before and somebody with a place has answered."""
    asked = questions.asked(event)
    retired = [one for one in event.questions if one.retired_at is not None] if _was_asked(counted) else []
    answered = [one for one in retired if _active(counted[questions.dimension(one.key)][questions.ANSWERED])]
    return [_question(event, one, counted[questions.dimension(one.key)]) for one in asked + answered]


def _was_asked(counted: Tallies) -> bool:
    return any(dimension.startswith(questions.dimension("")) for dimension in counted)


def _question(event: Event, question: Question, counted: dict[str, dict[str, int]]) -> QuestionCount:
    language = event.text_language
    labels = questions.choice_labels(question, language) if question.kind in questions.COUNTED else {}
    retired = {choice["key"] for choice in question.retired_choices}
    counts = [ChoiceCount(key=key, label=label, count=_active(counted[key])) for key, label in labels.items()]
    return QuestionCount(
        key=question.key,
        label=questions.label(question, language),
        kind=question.kind,
        answered=_active(counted[questions.ANSWERED]),
        choices=[row for row in counts if row.count or row.key not in retired],
    )


def _feed(session: Session, event: Event) -> list[FeedEntry]:
    query = select(Registration).where(
        Registration.event_id == event.id, Registration.status != RegistrationStatus.CANCELLED
    )
    latest = session.scalars(query.order_by(Registration.position.desc()).limit(FEED_LENGTH))
    return [_entry(registration) for registration in latest]


def _entry(registration: Registration) -> FeedEntry:
    same = ("city", "country", "audience", "organisation", "status", "registered_at")
    facts = {name: getattr(registration, name) for name in same}
    return FeedEntry(first_name=registration.name.split()[0], **facts)


def _mail(session: Session, event: Event, mail: Counted) -> MailCounts:
    now = clock.now()
    counted = sum(mail.values(), Counter[str]())
    due, retrying, oldest = _waiting(session, event, now)
    seen_at = heartbeats.last_seen(session, "worker")
    statuses = (status for status in MessageStatus)
    return MailCounts(
        **{status.value: counted[status] for status in statuses},
        due=due,
        retrying=retrying,
        oldest_waiting_seconds=(now - oldest).total_seconds() if oldest else None,
        worker_is_alive=heartbeats.is_alive(seen_at),
        worker_seen_at=seen_at,
    )


def _waiting(session: Session, event: Event, now: datetime) -> tuple[int, int, datetime | None]:
    """How many are due, how many were tried before, since when the oldest waits. Reads only what is not done yet."""
    is_due = Message.due_at <= now
    row = session.execute(
        select(
            func.count().filter(is_due),
            func.count().filter(Message.attempts > 0),
            func.min(Message.due_at).filter(is_due),
        ).where(
            and_(
                Message.event_id == event.id,
                Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING]),
            )
        )
    ).one()
    return row[0], row[1], row[2]


def _reminder(event: Event, rule: ReminderRule, mail: Counted) -> ReminderState:
    sent, total = answering.sent_and_total(event, rule, mail)
    same = {name: getattr(rule, name) for name in ("id", "kind", "anchor", "minutes_before", "due_at", "is_paused")}
    return ReminderState(**same, state=moments.state(event, rule, total=total), sent=sent, total=total)
