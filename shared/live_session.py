"""The session as it runs: who came through their links, minute by minute, and asking those who are missing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import answers, audience_questions, clock, history, joining, reachability, tallies
from shared.comparison import joined_by_audience
from shared.errors import StateConflict
from shared.mail_rules import keeping
from shared.models import Event, EventState, EventTally, QuestionStatus, RegistrationStatus, ReminderRule
from shared.places import lock_places
from shared.schemas.live_session import JoinedAudience, JoinsInMinute, LiveSession, Phase, Reminded
from shared.schemas.mail import RuleContent, Selection
from shared.schemas.mail_texts import MailText
from shared.translations import LANGUAGES, translations

# From here on it is about the session.
_NEAR = timedelta(hours=1)
_FIVE = timedelta(minutes=5)
# People need a moment to find their mail.
REMIND_AGAIN_AFTER = timedelta(minutes=10)
MOST_POINTS = 300


def N_(text: str) -> str:
    """Marks a text for the catalogues; it is translated where it is known for whom."""
    return text


_SUBJECT = N_("We have started")
_WORDS = N_("The session is on, and your way in is below. Come in whenever you like.")


def snapshot(session: Session, event: Event) -> LiveSession:
    """Read from tallies: it costs the same for ten people and ten thousand."""
    now, by_minute = clock.now(), _by_minute(session, event)
    joined, confirmed = sum(by_minute.values()), event.places.confirmed
    forecast, history_events = history.forecast(session, event)
    asked = audience_questions.counts(session, event.id)
    reminded_at = _reminded_at(session, event)
    why_not = _why_not(event, reminded_at, missing=max(0, confirmed - joined))
    bins = _bins(event, by_minute)
    return LiveSession(
        server_time=now,
        event=answers.event_summary(event, with_registered=True),
        phase=_phase(event, now),
        opens_at=event.starts_at - timedelta(minutes=event.room_opens_minutes) if event.starts_at else None,
        has_room=joining.room_of(event) is not None,
        confirmed=confirmed,
        joined=joined,
        not_joined=max(0, confirmed - joined),
        last_five_minutes=sum(count for minute, count in by_minute.items() if now - minute <= _FIVE),
        expected=forecast,
        history_events=history_events,
        joins=bins.points,
        bin_minutes=bins.minutes,
        audiences=_audiences(session, event),
        unreachable=reachability.count(session, event),
        questions_new=asked.get(QuestionStatus.NEW, 0),
        questions_answered=asked.get(QuestionStatus.ANSWERED, 0),
        reminded_at=reminded_at,
        may_remind=why_not is None,
        why_not=why_not,
    )


def _phase(event: Event, now: datetime) -> Phase:
    if event.state != EventState.PUBLISHED:
        return "called-off"
    if event.starts_at is None or event.ends_at is None:
        return "no-date"
    if now >= event.ends_at:
        return "over"
    if not event.is_online:
        return "on-site"
    if now >= event.starts_at:
        return "on"
    return "doors" if now >= event.starts_at - _NEAR else "early"


def _by_minute(session: Session, event: Event) -> dict[datetime, int]:
    query = select(EventTally.value, func.sum(EventTally.count)).where(
        EventTally.event_id == event.id, EventTally.dimension == tallies.JOINED
    )
    return {
        datetime.strptime(minute, tallies.MINUTE).replace(tzinfo=UTC): int(count)
        for minute, count in session.execute(query.group_by(EventTally.value))
    }


class _Bins(NamedTuple):
    minutes: int
    points: list[JoinsInMinute]


def _bins(event: Event, by_minute: Mapping[datetime, int]) -> _Bins:
    """From the room's opening, or the first who came, to this moment or the end; without holes."""
    if not by_minute or event.starts_at is None or event.ends_at is None:
        return _Bins(1, [])
    first = min(min(by_minute), event.starts_at - timedelta(minutes=event.room_opens_minutes))
    last = max(max(by_minute), min(clock.now(), event.ends_at))
    size = max(1, -(-int((last - first) / timedelta(minutes=1)) // MOST_POINTS))
    step, points, joined = timedelta(minutes=size), [], 0
    at = first.replace(second=0, microsecond=0)
    while at <= last:
        count = sum(number for minute, number in by_minute.items() if at <= minute < at + step)
        joined += count
        points.append(JoinsInMinute(at=at, count=count, joined=joined))
        at += step
    return _Bins(size, points)


def _audiences(session: Session, event: Event) -> list[JoinedAudience]:
    query = select(EventTally.value, func.sum(EventTally.count)).where(
        EventTally.event_id == event.id,
        EventTally.dimension == "audience",
        EventTally.status == RegistrationStatus.CONFIRMED,
    )
    confirmed = {name: int(count) for name, count in session.execute(query.group_by(EventTally.value)) if count}
    joined = joined_by_audience(session, event)
    rows = [
        JoinedAudience(audience=name or None, confirmed=count, joined=min(count, joined.get(name, 0)))
        for name, count in confirmed.items()
    ]
    return sorted(rows, key=lambda row: (-row.confirmed, row.audience or ""))


def _reminded_at(session: Session, event: Event) -> datetime | None:
    """When those who were missing were asked last, by a rule of the kind that `remind` makes."""
    of_this_kind = ReminderRule.selection["attendance"].astext == "missed"
    query = select(func.max(ReminderRule.due_at)).where(
        ReminderRule.event_id == event.id,
        ReminderRule.kind == "notice",
        of_this_kind,
        ReminderRule.due_at <= clock.now(),
    )
    return session.scalar(query)


def _why_not(event: Event, reminded_at: datetime | None, *, missing: int) -> str | None:
    now = clock.now()
    if _phase(event, now) != "on":
        return "Those who are missing can be asked while the session is on."
    if joining.room_of(event) is None:
        return "No room is named yet, so their links lead nowhere. Name it under Registration settings."
    if not missing:
        return "Everybody with a place has joined."
    if reminded_at is not None and now - reminded_at < REMIND_AGAIN_AFTER:
        return f"They were asked at {reminded_at:%H:%M} UTC. Ask again ten minutes later."
    return None


def remind(session: Session, event: Event) -> Reminded:
    """Mail everybody with a place who has not joined: a notice that leaves at once, kept among the event's rules.

    Pressing twice mails once. Raises StateConflict, saying why, where it is not the moment.
    """
    lock_places(session, event.id)
    joined = history.joined(session, [event.id]).get(event.id, 0)
    missing = max(0, event.places.confirmed - joined)
    why_not = _why_not(event, _reminded_at(session, event), missing=missing)
    if why_not is not None:
        raise StateConflict(why_not)
    texts = {language: _text(language) for language in LANGUAGES}
    selection = Selection(attendance="missed")
    content = RuleContent(kind="notice", anchor="moment", moment=clock.now(), selection=selection, texts=texts)
    keeping.add(session, event.id, content)
    return Reminded(recipients=missing)


def _text(language: str) -> MailText:
    said = translations(language)
    return MailText(subject=said.gettext(_SUBJECT), introduction=said.gettext(_WORDS))
