"""Who a rehearsed mail goes to: groups of people to whom it reads alike, each with one of them to show it for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, func, literal, null, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from shared import clock, invitations
from shared.mail_rules import selections
from shared.models import (
    Event,
    Invitation,
    InvitationStatus,
    Message,
    MessageKind,
    MessageStatus,
    Registration,
    RegistrationSource,
    RegistrationStatus,
    ReminderRule,
    Speaker,
)
from shared.timezones import is_zone
from shared.translations import LANGUAGES, SOURCE_LANGUAGE

# Zones shown for a language; people of rarer ones are counted with those whose zone is not known.
_MOST_ZONES = 12
Recipient = Registration | Invitation | Speaker


@dataclass(frozen=True, slots=True)
class Group:
    """`language` is one that we write; `zone` None where it is not known. `sample` is one of them, or made up."""

    count: int
    language: str
    zone: str | None
    sample: Recipient
    attendance: str | None = None
    is_made_up: bool = False

    @property
    def sample_id(self) -> UUID | None:
        return None if self.is_made_up else self.sample.id


@dataclass(frozen=True, slots=True)
class Waiting:
    """Mail that is written already, or an invitation that waits for its day (then `due_at` is None)."""

    group: Group
    message: Message
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Row:
    language: str
    zone: str | None
    attendance: str | None
    count: int
    first: UUID


def of_rule(session: Session, event: Event, rule: ReminderRule) -> list[Group]:
    """Never empty: where nobody is chosen yet, a made-up person shows what they would get."""
    model, rows = _rows(session, event, rule)
    groups = [_group(session, model, row) for row in rows]
    return groups or [nobody(session, event, rule)]


def _rows(session: Session, event: Event, rule: ReminderRule) -> tuple[type[Recipient], list[_Row]]:
    if rule.kind == MessageKind.CALL_SHEET:
        language = func.coalesce(Speaker.language, literal(event.text_language))
        return Speaker, _grouped(session, Speaker, language, Speaker.time_zone, [Speaker.event_id == event.id])
    if rule.kind == MessageKind.NUDGE:
        where = [*invitations.to_be_nudged(event), *selections.languages(rule)]
        return Invitation, _grouped(session, Invitation, Invitation.language, null(), where)
    return Registration, _registered(session, event, rule)


def _registered(session: Session, event: Event, rule: ReminderRule) -> list[_Row]:
    """Of a follow-up, those who came apart from those who did not. Who will come nobody knows before the start: then it
    is counted as if everybody did."""
    language, zone = Registration.language, Registration.time_zone
    is_over = event.starts_at is not None and event.starts_at <= clock.now()
    where = selections.registered(event, rule, with_attendance=is_over)
    if rule.kind != MessageKind.FOLLOW_UP or not (event.is_online and (not is_over or _is_known(session, event))):
        return _grouped(session, Registration, language, zone, where)
    wanted = selections.selection_of(rule).attendance
    if not is_over:
        everybody = _grouped(session, Registration, language, zone, where, attendance=wanted or "attended")
        others = [] if wanted else [replace(row, attendance="missed", count=0) for row in _by_language(everybody)]
        return [*everybody, *others]
    came = Registration.joined_at.is_not(None)
    attended = _grouped(session, Registration, language, zone, [*where, came], attendance="attended")
    return [*attended, *_grouped(session, Registration, language, zone, [*where, ~came], attendance="missed")]


def _is_known(session: Session, event: Event) -> bool:
    return selections.knows_attendance(session, event)


def _by_language(rows: Sequence[_Row]) -> list[_Row]:
    """The first of each language."""
    return list({row.language: row for row in reversed(rows)}.values())


def _grouped(
    session: Session,
    model: type[Recipient],
    language: SQLColumnExpression[str | None],
    zone: SQLColumnExpression[str | None],
    where: Sequence[ColumnElement[bool]],
    *,
    attendance: str | None = None,
) -> list[_Row]:
    query = select(language, zone, func.count(), func.min(cast(model.id, Text))).where(*where).group_by(language, zone)
    rows = [
        _Row(
            mail_language(code or SOURCE_LANGUAGE),
            own if own and is_zone(own) else None,
            attendance,
            number,
            UUID(first),
        )
        for code, own, number, first in session.execute(query)
    ]
    return _few_zones(rows)


def mail_language(code: str) -> str:
    """The one that we write to somebody who reads this one."""
    return code if code in LANGUAGES else SOURCE_LANGUAGE


def _few_zones(rows: Sequence[_Row]) -> list[_Row]:
    """The largest first within each language, which come in alphabetical order."""
    kept: list[_Row] = []
    for _, of_language in groupby(sorted(_united(rows), key=attrgetter("language")), key=attrgetter("language")):
        by_size = sorted(of_language, key=lambda row: (-row.count, row.zone or ""))
        rare = [replace(row, zone=None) for row in by_size[_MOST_ZONES:]]
        kept += _united([*by_size[:_MOST_ZONES], *rare])
    return kept


def _united(rows: Sequence[_Row]) -> list[_Row]:
    """Those of one language and zone as one."""
    found: dict[tuple[str, str | None], _Row] = {}
    for row in rows:
        key = (row.language, row.zone)
        before = found.get(key)
        found[key] = replace(before, count=before.count + row.count) if before else row
    return list(found.values())


def _group(session: Session, model: type[Recipient], row: _Row) -> Group:
    sample = session.get_one(model, row.first)
    assert isinstance(sample, Recipient)
    return Group(row.count, row.language, row.zone, sample, attendance=row.attendance)


def nobody(session: Session, event: Event, rule: ReminderRule) -> Group:
    wanted = selections.selection_of(rule)
    language = mail_language(wanted.languages[0] if wanted.languages else event.text_language)
    attendance = (wanted.attendance or "attended") if rule.kind == MessageKind.FOLLOW_UP and event.is_online else None
    sample = made_up(event, rule.kind, language)
    return Group(0, language, None, sample, attendance=attendance, is_made_up=True)


def made_up(event: Event, kind: str, language: str) -> Recipient:
    """Somebody who is in no table."""
    who = {"id": uuid7(), "event_id": event.id, "address": "alex@example.org", "name": "Alex Example"}
    now = clock.now()
    if kind == MessageKind.CALL_SHEET:
        return Speaker(**who, language=language, sequence=0, told=[])
    if kind in {MessageKind.NUDGE, MessageKind.INVITATION}:
        return Invitation(**who, language=language, status=InvitationStatus.PENDING, created_at=now, posted_at=now)
    return Registration(
        **who,
        event=event,
        language=language,
        position=event.places.last_position + 1,
        status=RegistrationStatus.CONFIRMED,
        source=RegistrationSource.PAGE,
        answers={},
        sequence=0,
        registered_at=now,
        confirmed_at=now,
    )


def message_to(group: Group, event: Event, kind: str, facts: dict[str, Any]) -> Message:
    """A message that is in no outbox."""
    sample = group.sample
    message = Message(
        id=uuid7(), event_id=event.id, event=event, kind=kind, occasion="rehearsal", facts=facts, sequence=0
    )
    if isinstance(sample, Registration):
        message.registration_id, message.registration = sample.id, sample
    elif isinstance(sample, Invitation):
        message.invitation_id, message.invitation = sample.id, sample
    else:
        message.speaker_id, message.speaker = sample.id, sample
    return message


def waiting(session: Session, event: Event) -> Iterator[Waiting]:
    """By kind, rule and language, each with the first that leaves."""
    language = func.coalesce(Registration.language, Invitation.language, Speaker.language, literal(event.text_language))
    query = (
        select(func.count(), func.min(Message.due_at), func.min(cast(Message.id, Text)), language)
        .outerjoin(Registration, Registration.id == Message.registration_id)
        .outerjoin(Invitation, Invitation.id == Message.invitation_id)
        .outerjoin(Speaker, Speaker.id == Message.speaker_id)
        .where(
            Message.event_id == event.id,
            Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING]),
            Message.address.is_(None),
        )
        .group_by(Message.kind, Message.rule_id, language)
    )
    for number, due_at, first, code in session.execute(query).all():
        message = session.get_one(Message, UUID(first))
        sample = message.registration or message.invitation or message.speaker
        if sample is not None:
            yield Waiting(Group(number, mail_language(code), _zone(sample), sample), message, due_at)
    yield from _invitations(session, event)


def _zone(sample: Recipient) -> str | None:
    zone = None if isinstance(sample, Invitation) else sample.time_zone
    return zone if zone and is_zone(zone) else None


def _invitations(session: Session, event: Event) -> Iterator[Waiting]:
    where = [
        Invitation.event_id == event.id,
        Invitation.posted_at.is_(None),
        Invitation.status == InvitationStatus.PENDING,
    ]
    for row in _grouped(session, Invitation, Invitation.language, null(), where):
        group = _group(session, Invitation, row)
        yield Waiting(group, message_to(group, event, MessageKind.INVITATION, {}), None)
