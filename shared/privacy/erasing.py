"""Erasing a person on request: everything that is kept of an address goes, in one transaction, with a report."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shared import audit, clock, events, registrations, tallies
from shared.digests import address_digest
from shared.models import HOLDING, Calendar, Erasure, Organiser, Registration, RegistrationStatus
from shared.places import lock_places
from shared.privacy.correspondence import remove_correspondence
from shared.privacy.people import Somebody, invitations_of, link_requests_of, registrations_of, speakers_of
from shared.privacy.removal import remove, unname_lost
from shared.privacy.traces import remove_traces, what_stays
from shared.schemas.privacy import ErasureReport


def erase(
    session: Session,
    address: str,
    *,
    by: Organiser | None,
    calendar: Calendar | None = None,
    until: datetime | None = None,
) -> ErasureReport:
    """Erase an address, at one calendar or at all of them. A second time finds nothing, and says so.

    Places at coming events are given back first, and go on to who waits. The numbers of every event stay. No mail
    tells the person: there is no address left to write to.
    """
    somebody = Somebody(address, calendar, until)
    found = _hold(session, somebody)
    requests = link_requests_of(session, somebody)
    given_back = _give_back(session, found)
    concerned, event_ids = _concerned(session, somebody, found), {one.event_id for one in found}
    programmes = {one.event.title for one in speakers_of(session, somebody)}
    # What came back is found by what it answers, so it goes first.
    removed = remove_correspondence(session, somebody) + _remove(session, found)
    for request in requests:
        session.delete(request)
    removed["link_request"] = len(requests)
    # An owner who asks for somebody unknown to the calendar learns nothing of, and changes nothing in, the rest.
    is_known = any(removed.values()) or calendar is None
    if is_known:
        removed += remove_traces(session, somebody)
    report = ErasureReport(
        reference=None,
        erased_at=clock.now(),
        calendar=calendar.title if calendar else None,
        removed={table: count for table, count in removed.items() if count},
        places_given_back=given_back,
        kept=what_stays(session, somebody, event_ids, programmes=programmes) if is_known else [],
    )
    if report.removed:
        report.reference = _note(session, somebody, report)
        _tell_audit(session, somebody, concerned, by=by, reference=report.reference)
    return report


def _hold(session: Session, somebody: Somebody) -> list[Registration]:
    """The registrations, under the locks of their events: taken in one order by everyone who takes several.

    So are the events that the person was invited to, of which no mail may leave meanwhile.
    """
    event_ids = {one.event_id for one in registrations_of(session, somebody)}
    for event_id in sorted(event_ids | {one.event_id for one in invitations_of(session, somebody)}):
        lock_places(session, event_id)
    return [one for one in registrations_of(session, somebody) if one.event_id in event_ids]


def _concerned(session: Session, somebody: Somebody, found: Sequence[Registration]) -> Counter[UUID]:
    """How many registrations of each calendar go; none, where somebody was only invited."""
    concerned = Counter(one.event.calendar_id for one in found)
    for invitation in invitations_of(session, somebody):
        concerned[invitation.event.calendar_id] += 0
    return concerned


def _give_back(session: Session, found: Sequence[Registration]) -> int:
    """Cancel what is still to come, by the usual rules. Returns how many places that freed."""
    held = [one for one in found if one.status != RegistrationStatus.CANCELLED and not events.is_over(one.event)]
    with_place = sum(1 for one in held if one.status in HOLDING)
    for registration in held:
        registrations.cancel(session, registration.id, tells=False)
    return with_place


def _remove(session: Session, found: Sequence[Registration]) -> Counter[str]:
    removed: Counter[str] = Counter()
    rows = [(one.event_id, one.id, tallies.city_value(one.country, one.city), one.came_from or "") for one in found]
    for event_id, group in groupby(rows, key=lambda row: row[0]):
        of_event = list(group)
        removed += remove(session, lock_places(session, event_id), [one for _, one, _, _ in of_event])
        cities = {city for _, _, city, _ in of_event if tallies.names_something(tallies.CITY, city)}
        sources = {source for _, _, _, source in of_event if source}
        removed["event_tally"] += unname_lost(session, event_id, cities, sources)
    return removed


def _note(session: Session, somebody: Somebody, report: ErasureReport) -> UUID:
    """What proves the erasure, and lets it be done again after a backup was restored; done again, it is still one."""
    digest, calendar_id = address_digest(somebody.key), somebody.calendar.id if somebody.calendar else None
    erased_at = somebody.until or report.erased_at
    known = session.scalar(same_erasure(digest, erased_at, calendar_id))
    if known is not None:
        return known.id
    erasure = Erasure(digest=digest, erased_at=erased_at, calendar_id=calendar_id, facts=report.removed)
    session.add(erasure)
    session.flush()
    return erasure.id


def same_erasure(digest: bytes, erased_at: datetime, calendar_id: UUID | None) -> Select[Erasure]:
    return select(Erasure).where(
        Erasure.digest == digest,
        Erasure.erased_at == erased_at,
        Erasure.calendar_id.is_not_distinct_from(calendar_id),
    )


def _tell_audit(
    session: Session, somebody: Somebody, concerned: Counter[UUID], *, by: Organiser | None, reference: UUID
) -> None:
    """Every calendar whose registrations went finds it in its log; what was of no calendar stands in nobody's."""
    own = somebody.calendar.id if somebody.calendar else None
    for calendar_id, count in (concerned or {own: 0}).items():
        audit.record(
            session,
            "person.erased",
            by=by,
            calendar_id=calendar_id,
            reference=str(reference),
            registrations=count,
        )
