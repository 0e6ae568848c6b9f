"""Who a rehearsed mail goes to: groups of people to whom it reads alike, shown for somebody who is none of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, func, null, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from shared import clock
from shared.mail_rules import selections
from shared.models import (
    ASKED,
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

_SOMEBODY = {"name": "Alex Example", "address": "alex@example.org"}
_TO_SPEAKERS = {MessageKind.CALL_SHEET, MessageKind.CALL_SHEET_WITHDRAWN}
_TO_INVITED = {MessageKind.INVITATION, MessageKind.NUDGE}
# Zones shown for a language; people of rarer ones are counted with those in the zone of the event.
_MOST_ZONES = 12
Recipient = Registration | Invitation | Speaker


@dataclass(frozen=True, slots=True)
class Group:
    """`language` is one that we write; `zone` is the event's where theirs is not known.

    `sample_id` is of one of them, None where there is nobody yet; `status` is of registrations, None: with a place.
    """

    count: int
    language: str
    zone: str | None
    sample_id: UUID | None
    attendance: str | None = None
    status: str | None = None


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
    return groups or nobody(event, rule)


def _rows(session: Session, event: Event, rule: ReminderRule) -> tuple[type[Recipient], list[_Row]]:
    if rule.kind == MessageKind.CALL_SHEET:
        return Speaker, _grouped(session, event, Speaker, [Speaker.event_id == event.id])
    if rule.kind == MessageKind.NUDGE:
        return Invitation, _grouped(session, event, Invitation, selections.invited(event, rule))
    return Registration, _registered(session, event, rule)


def _registered(session: Session, event: Event, rule: ReminderRule) -> list[_Row]:
    """Of a follow-up, those who came apart from those who did not. Who will come nobody knows before the start: then it
    is counted as if everybody did."""
    has_begun = event.starts_at is not None and event.starts_at <= clock.now()
    where = selections.registered(event, rule, with_attendance=has_begun)
    if rule.kind != MessageKind.FOLLOW_UP or not event.is_online:
        return _grouped(session, event, Registration, where)
    if not has_begun:
        return _both_ways(_grouped(session, event, Registration, where), selections.selection_of(rule).attendance)
    if not selections.knows_attendance(session, event):
        return _grouped(session, event, Registration, where)
    came = Registration.joined_at.is_not(None)
    attended = _grouped(session, event, Registration, [*where, came], attendance="attended")
    return [*attended, *_grouped(session, event, Registration, [*where, ~came], attendance="missed")]


def _both_ways(rows: Sequence[_Row], wanted: str | None) -> list[_Row]:
    """To those who come, and one of each language to those who do not; only one of the two if that is wanted."""
    everybody = [replace(row, attendance=wanted or "attended") for row in rows]
    first_of_language = {row.language: row for row in reversed(rows)}.values()
    missed = [replace(row, attendance="missed", count=0) for row in first_of_language]
    return everybody if wanted else [*everybody, *missed]


# What a mail to them depends on, besides the event.
_READS: dict[type[Recipient], tuple[SQLColumnExpression[Any], SQLColumnExpression[Any]]] = {
    Registration: (Registration.language, Registration.time_zone),
    Invitation: (Invitation.language, cast(null(), Text)),
    Speaker: (Speaker.language, Speaker.time_zone),
}


def _grouped(
    session: Session,
    event: Event,
    model: type[Recipient],
    where: Sequence[ColumnElement[bool]],
    *,
    attendance: str | None = None,
) -> list[_Row]:
    reads = _READS[model]
    query = select(*reads, func.count(), func.min(cast(model.id, Text))).where(*where).group_by(*reads)
    rows = [
        _Row(
            language=mail_language(code or event.text_language),
            zone=_known_zone(zone) or event.time_zone,
            attendance=attendance,
            count=number,
            first=UUID(first),
        )
        for code, zone, number, first in session.execute(query)
    ]
    return _few_zones(rows, event.time_zone)


def _known_zone(zone: str | None) -> str | None:
    """A name may leave the time-zone database after somebody registered with it."""
    return zone if zone and is_zone(zone) else None


def mail_language(code: str) -> str:
    """The one that we write to somebody who reads this one."""
    return code if code in LANGUAGES else SOURCE_LANGUAGE


def _few_zones(rows: Sequence[_Row], home: str | None) -> list[_Row]:
    """The largest first within each language, which come in alphabetical order."""
    kept: list[_Row] = []
    for _, of_language in groupby(sorted(_united(rows), key=attrgetter("language")), key=attrgetter("language")):
        by_size = sorted(of_language, key=lambda row: (-row.count, row.zone or ""))
        rare = [replace(row, zone=home) for row in by_size[_MOST_ZONES:]]
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
    status = session.get_one(Registration, row.first).status if model is Registration else None
    return Group(row.count, row.language, row.zone, row.first, attendance=row.attendance, status=status)


def nobody(event: Event, rule: ReminderRule) -> list[Group]:
    """Of a follow-up, to those who come and to those who do not."""
    wanted = selections.selection_of(rule)
    language = mail_language(wanted.languages[0] if wanted.languages else event.text_language)
    tells_attendance = rule.kind == MessageKind.FOLLOW_UP and event.is_online
    variants = ([wanted.attendance] if wanted.attendance else ["attended", "missed"]) if tells_attendance else [None]
    return [Group(0, language, event.time_zone, None, attendance=variant) for variant in variants]


def message_to(group: Group, event: Event, kind: str, facts: dict[str, Any]) -> Message:
    """A message that is in no outbox, to somebody who is in no table: what it says of its reader may be shown."""
    message = Message(
        id=uuid7(), event_id=event.id, event=event, kind=kind, occasion="rehearsal", facts=facts, sequence=0
    )
    if kind in _TO_SPEAKERS:
        message.speaker = _speaker(event, group)
        message.speaker_id = message.speaker.id
    elif kind in _TO_INVITED:
        message.invitation = _invitation(event, group)
        message.invitation_id = message.invitation.id
    else:
        message.registration = _registration(event, group)
        message.registration_id = message.registration.id
    return message


def _speaker(event: Event, group: Group) -> Speaker:
    return Speaker(
        id=uuid7(), event_id=event.id, **_SOMEBODY, language=group.language, time_zone=group.zone, sequence=0, told=[]
    )


def _invitation(event: Event, group: Group) -> Invitation:
    now = clock.now()
    return Invitation(
        id=uuid7(), event_id=event.id, event=event, **_SOMEBODY, language=group.language,
        status=InvitationStatus.PENDING, created_at=now, posted_at=now,
    )  # fmt: skip


def _registration(event: Event, group: Group) -> Registration:
    """Where the real ones stand."""
    now, status = clock.now(), group.status or RegistrationStatus.CONFIRMED
    return Registration(
        id=uuid7(), event_id=event.id, event=event, **_SOMEBODY, language=group.language, time_zone=group.zone,
        position=event.places.last_position + 1, status=status, source=RegistrationSource.PAGE, answers={},
        sequence=0, registered_at=now, confirmed_at=now if status == RegistrationStatus.CONFIRMED else None,
        answer_by=now + timedelta(hours=event.offer_hours or 24) if status in ASKED else None,
    )  # fmt: skip


def waiting(session: Session, event: Event) -> Iterator[Waiting]:
    """By kind, rule and language, each with the first that leaves."""
    languages = (Registration.language, Invitation.language, Speaker.language)
    query = (
        select(func.count(), func.min(Message.due_at), func.min(cast(Message.id, Text)), *languages)
        .outerjoin(Registration, Registration.id == Message.registration_id)
        .outerjoin(Invitation, Invitation.id == Message.invitation_id)
        .outerjoin(Speaker, Speaker.id == Message.speaker_id)
        .where(
            Message.event_id == event.id,
            Message.status.in_([MessageStatus.PENDING, MessageStatus.SENDING]),
            Message.address.is_(None),
        )
        .group_by(Message.kind, Message.rule_id, *languages)
    )
    for number, due_at, first, *spoken in session.execute(query).all():
        message = session.get_one(Message, UUID(first))
        sample = message.registration or message.invitation or message.speaker
        if sample is not None:
            language = mail_language(next(filter(None, spoken), event.text_language))
            status = sample.status if isinstance(sample, Registration) else None
            group = Group(number, language, _zone(sample), sample.id, status=status)
            shown = message_to(group, event, message.kind, message.facts)
            shown.rule_id = message.rule_id
            yield Waiting(group, shown, due_at)
    yield from _invitations(session, event)


def _zone(sample: Recipient) -> str | None:
    return None if isinstance(sample, Invitation) else _known_zone(sample.time_zone)


def _invitations(session: Session, event: Event) -> Iterator[Waiting]:
    where = [
        Invitation.event_id == event.id,
        Invitation.posted_at.is_(None),
        Invitation.status == InvitationStatus.PENDING,
    ]
    for row in _grouped(session, event, Invitation, where):
        group = _group(session, Invitation, row)
        yield Waiting(group, message_to(group, event, MessageKind.INVITATION, {}), None)
