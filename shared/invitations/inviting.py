"""Asking people to come: what was pasted is sorted out, and those who are new wait for their mail to leave."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cache

from sqlalchemy import Executable, delete, func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from shared import audit, bulk, clock, suppressions
from shared.addresses import Recognised
from shared.errors import InvalidInput, RegistrationClosed
from shared.invitations.daily_limit import leaves_by
from shared.models import (
    Event,
    EventState,
    Invitation,
    InvitationStatus,
    Organiser,
    Registration,
    RegistrationStatus,
)
from shared.schemas.invitations import InvitationReport, RecognisedAddress

# A city network's whole list of addresses, and no more than memory bears.
MOST_AT_ONCE = 100_000
_SHOWN = 500
_AT_ONCE = 5_000
_ROW = ("id", "event_id", "address", "name", "language", "status", "created_at", "nudges")


class Sorted(StrEnum):
    """What becomes of an address. What the organiser may have to look at comes first."""

    UNUSABLE = "unusable"
    SUPPRESSED = "suppressed"
    REPEATED = "repeated"
    REGISTERED = "registered"
    INVITED = "invited"
    NEW = "new"


class _Report:
    """Counts everything, and keeps as much of each kind as is shown."""

    def __init__(self) -> None:
        self.counts: Counter[Sorted] = Counter()
        self._kept: defaultdict[Sorted, list[Recognised]] = defaultdict(list)

    def note(self, one: Recognised, outcome: Sorted) -> None:
        self.counts[outcome] += 1
        if len(self._kept[outcome]) < _SHOWN:
            self._kept[outcome].append(one)

    def shown(self) -> list[RecognisedAddress]:
        found = [
            RecognisedAddress(address=one.address, name=one.name, outcome=outcome, reason=one.reason)
            for outcome in Sorted
            for one in self._kept[outcome][:_SHOWN]
        ]
        return found[:_SHOWN]


def invite(
    session: Session,
    event: Event,
    addresses: Iterable[Recognised],
    *,
    language: str | None,
    by: Organiser | None,
    is_trial: bool = False,
) -> InvitationReport:
    """Invite those who are neither invited nor registered yet and want to be written to; each once.

    `language` is what they are written to in; None for the event's. A trial keeps nothing. At a draft they wait until
    it is published. Raises RegistrationClosed where nobody could follow an invitation, InvalidInput for too many.
    """
    require_invitable(event)
    report = _Report()
    people = _each_once(addresses, report)
    standing = _standing(session, event, list(people))
    new = [one for key, one in people.items() if key not in standing]
    written = {one.key for one in new} if is_trial else _write(session, event, new, language or event.text_language)
    for key, one in people.items():
        # Somebody else may have invited the same people in this instant.
        report.note(one, standing.get(key, Sorted.NEW if key in written else Sorted.INVITED))
    if written and not is_trial:
        event.has_invitations = True
        audit.record(session, "invitations.added", by=by, event=event, new=len(written))
    return InvitationReport(
        **{outcome.value: report.counts[outcome] for outcome in Sorted},
        is_trial=is_trial,
        leaves_by=leaves_by(session, event, len(written) if is_trial else 0) if written else None,
        addresses=report.shown(),
    )


def require_invitable(event: Event) -> None:
    """Raise RegistrationClosed where the event will not take anybody any more."""
    now = clock.now()
    if event.state == EventState.CANCELLED:
        raise RegistrationClosed(f"“{event.title}” is cancelled, so nobody can be invited.")
    if event.starts_at is not None and event.starts_at <= now:
        raise RegistrationClosed(f"“{event.title}” has begun, so nobody can be invited any more.")
    if event.registration_closes_at is not None and event.registration_closes_at <= now:
        raise RegistrationClosed(f"Registration for “{event.title}” has closed. Move its end before you invite people.")


def _each_once(addresses: Iterable[Recognised], report: _Report) -> dict[str, Recognised]:
    """By their lower-case address; the name that was found first stays."""
    people: dict[str, Recognised] = {}
    for one in addresses:
        if one.reason is not None:
            report.note(one, Sorted.UNUSABLE)
        elif one.key in people:
            report.note(one, Sorted.REPEATED)
            people[one.key] = people[one.key] if people[one.key].name else one
        elif len(people) == MOST_AT_ONCE:
            raise InvalidInput(
                f"There are more than {MOST_AT_ONCE:,} addresses in it. Divide the list, and invite one part at a time."
            )
        else:
            people[one.key] = one
    return people


def _standing(session: Session, event: Event, keys: Sequence[str]) -> dict[str, Sorted]:
    """Those who are not new, and why."""
    found: dict[str, Sorted] = {}
    for some in _portions(keys):
        found |= dict.fromkeys(suppressions.suppressed(session, some), Sorted.SUPPRESSED)
        found |= dict.fromkeys(_invited(session, event, some), Sorted.INVITED)
        found |= dict.fromkeys(_registered(session, event, some), Sorted.REGISTERED)
    return found


def _portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


def _invited(session: Session, event: Event, keys: Sequence[str]) -> Iterable[str]:
    address = func.lower(Invitation.address)
    is_theirs = Invitation.event_id == event.id, address.in_(keys), Invitation.status != InvitationStatus.WITHDRAWN
    return session.scalars(select(address).where(*is_theirs))


def _registered(session: Session, event: Event, keys: Sequence[str]) -> Iterable[str]:
    address = func.lower(Registration.address)
    is_live = Registration.event_id == event.id, Registration.status != RegistrationStatus.CANCELLED
    return session.scalars(select(address).where(*is_live, address.in_(keys)))


def _write(session: Session, event: Event, people: Sequence[Recognised], language: str) -> set[str]:
    """The keys of those who were not there. A withdrawn invitation gives way to a new one, with a link of its own."""
    for some in _portions([one.key for one in people]):
        address = func.lower(Invitation.address)
        old = Invitation.event_id == event.id, address.in_(some), Invitation.status == InvitationStatus.WITHDRAWN
        session.execute(delete(Invitation).where(*old))
    now = clock.now()
    rows: list[bulk.Row] = [
        {
            "id": uuid7(),
            "event_id": event.id,
            "address": one.address,
            "name": one.name,
            "language": language,
            "status": InvitationStatus.PENDING,
            "created_at": now,
            "nudges": 0,
        }
        for one in people
    ]
    return {key for (key,) in bulk.run(session, _inviting(), rows)}


@cache
def _inviting() -> Executable:
    written = bulk.insert_rows(Invitation, *_ROW).on_conflict_do_nothing()
    return written.returning(func.lower(Invitation.address))
