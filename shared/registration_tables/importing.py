"""Many at once: the people of a table register for an event, through the same door as everyone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from sqlalchemy import except_, func, select
from sqlalchemy.orm import Session

from shared import audit, questions
from shared.admission import Application, Outcome, register_many, require_on
from shared.database import new_session
from shared.errors import ImportRefused, PlenaryError
from shared.models import (
    AuditEntry,
    Event,
    EventPlaces,
    Organiser,
    Registration,
    RegistrationSource,
    RegistrationStatus,
)
from shared.places import lock_places
from shared.registration_tables import answers
from shared.registration_tables.layout import Layout, Reader
from shared.registration_tables.rows import Candidate, RowReader
from shared.schemas.imports import ImportReport, RemarkKind, RowRemark
from shared.sheets import Table, read_table

# People in one transaction: the event's lock is held for some tenths of a second, and others register in between.
CHUNK = 500
MOST_REMARKS = 1000
_REMARKS_IN_REFUSAL = 100

OnProgress = Callable[[int, int], None]  # Rows done, rows at most.


@dataclass(frozen=True)
class Wishes:
    """How an import is to be done. `columns` are field → heading, where the headings do not say it themselves."""

    is_dry_run: bool = False
    all_or_nothing: bool = False
    sends_mail: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None


def import_registrations(
    event_id: UUID,
    content: bytes,
    wishes: Wishes,
    *,
    by: Organiser | None,
    on_progress: OnProgress = lambda done, most: None,
) -> ImportReport:
    """Register the people of a CSV or XLSX file; whoever asks states that they agreed to it.

    Opens and commits transactions of its own: one for every few hundred people, or one for all. Rows that are wrong,
    people who are registered already, and people who cancelled are left out and reported; so doing it again after an
    interruption does what was left to do. Raises NotFound, RegistrationClosed, what `read_table` raises, ColumnMissing,
    and with `all_or_nothing` ImportRefused where a row is wrong.
    """
    with new_session() as session:
        run = _Run(session, session.get_one(Event, event_id), content, wishes, by)
    return run.done(on_progress)


class _Run:
    """One import, from the file to the report."""

    def __init__(self, session: Session, event: Event, content: bytes, wishes: Wishes, by: Organiser | None) -> None:
        require_on(event)
        asked = questions.asked(event)
        reader = Reader(wishes.columns, {question.key: answers.known_texts(question) for question in asked})
        self.event, self.wishes, self.by = event, wishes, by
        self.table: Table = read_table(content, is_heading=reader.is_heading, encoding=wishes.encoding)
        self.layout: Layout = reader.layout(self.table)
        self.rows = RowReader(self.layout, event.audiences, asked)
        self.report = ImportReport(
            is_dry_run=wishes.is_dry_run, columns=self.layout.titles, unused_columns=self.layout.unused
        )
        self.seen: set[str] = set()
        self.cancelled = _cancelled(session, event.id)
        self.audit_id: UUID | None = None

    def done(self, on_progress: OnProgress) -> ImportReport:
        if self.wishes.is_dry_run:
            self._try(on_progress)
        elif self.wishes.all_or_nothing:
            self._take_all(on_progress)
        else:
            for chunk in self._chunks(on_progress):
                with new_session() as session:
                    self._take(session, chunk)
                    session.commit()
        self.report.remarks.sort(key=lambda remark: remark.row)
        return self.report

    def _try(self, on_progress: OnProgress) -> None:
        """Only looks: no lock, so a crowd that registers at the same time does not wait, and may change the answer."""
        with new_session() as session:
            for chunk in self._chunks(on_progress):
                known = _registered(session, self.event.id, chunk)
                for candidate in chunk:
                    if _key(candidate) in known:
                        self._remark(candidate.row, RemarkKind.REGISTERED, None, "is registered already")
                    else:
                        self.report.registered += 1
            places = session.get_one(EventPlaces, self.event.id)
            free = self.report.registered if places.free is None else places.free
            self.report.confirmed = min(self.report.registered, free) if places.is_open_to_newcomers else 0
        self.report.waitlisted = self.report.registered - self.report.confirmed

    def _take_all(self, on_progress: OnProgress) -> None:
        """Reads everything before it locks anything."""
        candidates = [candidate for chunk in self._chunks(on_progress) for candidate in chunk]
        self._refuse_wrong()
        with new_session() as session:
            for start in range(0, len(candidates), CHUNK):
                self._take(session, candidates[start : start + CHUNK])
                session.flush()
                self._refuse_wrong()
            session.commit()

    def _refuse_wrong(self) -> None:
        if not self.report.wrong:
            return
        wrong = [remark for remark in self.report.remarks if remark.kind == RemarkKind.WRONG]
        fields = {f"rows.{one.row}.{one.field}": one.message for one in wrong[:_REMARKS_IN_REFUSAL]}
        raise ImportRefused(
            f"Nobody was registered, because {self.report.wrong:,} of {self.report.rows:,} rows cannot be used. "
            f"Correct them, or let the others in without them.",
            fields=fields,
        )

    def _chunks(self, on_progress: OnProgress) -> Iterator[list[Candidate]]:
        candidates = self._candidates()
        while chunk := list(islice(candidates, CHUNK)):
            yield chunk
            on_progress(chunk[-1].row, self.table.row_count)
        on_progress(self.table.row_count, self.table.row_count)

    def _candidates(self) -> Iterator[Candidate]:
        """Those who can be registered, each once."""
        for number, row in enumerate(self.table.rows(), start=1):
            if number <= self.layout.row or not any(cell.strip() for cell in row):
                continue
            self.report.rows += 1
            found = self.rows.candidate(number, row)
            if isinstance(found, Candidate):
                if self._is_first(found):
                    yield found
            else:
                self._count_row(found)

    def _is_first(self, candidate: Candidate) -> bool:
        key = _key(candidate)
        if key in self.seen:
            self._remark(candidate.row, RemarkKind.REPEATED, "address", "stands in a row above already")
        elif key in self.cancelled:
            self._remark(candidate.row, RemarkKind.CANCELLED, None, "cancelled, and is not registered again")
        else:
            self.seen.add(key)
            return True
        return False

    def _take(self, session: Session, chunk: Sequence[Candidate]) -> None:
        """Register these in this transaction, with the audit entry that tells of them."""
        lock_places(session, self.event.id)
        outcomes = register_many(session, self.event.id, [self._application(candidate) for candidate in chunk])
        for candidate, outcome in zip(chunk, outcomes, strict=True):
            self._count(candidate, outcome)
        self._write_audit(session)

    def _application(self, candidate: Candidate) -> Application:
        source, language = RegistrationSource.IMPORT, self.event.text_language
        return Application(candidate.applicant, source, language, sends_mail=self.wishes.sends_mail)

    def _count(self, candidate: Candidate, outcome: Outcome) -> None:
        if outcome.refusal is not None:
            self._count_row(list(_refusals(candidate.row, outcome.refusal)))
        elif not outcome.is_new:
            self._remark(candidate.row, RemarkKind.REGISTERED, None, "is registered already")
        else:
            self.report.registered += 1
            self.report.confirmed += outcome.status == RegistrationStatus.CONFIRMED
            self.report.waitlisted += outcome.status == RegistrationStatus.WAITLISTED

    def _count_row(self, remarks: Sequence[RowRemark]) -> None:
        """One row, whatever number of things is wrong with it."""
        first, *others = remarks
        self._remark(first.row, first.kind, first.field, first.message)
        room = MOST_REMARKS - len(self.report.remarks)
        self.report.remarks.extend(others[: max(0, room)])

    def _remark(self, row: int, kind: RemarkKind, field: str | None, message: str) -> None:
        counter = _COUNTERS[kind]
        setattr(self.report, counter, getattr(self.report, counter) + 1)
        if len(self.report.remarks) < MOST_REMARKS:
            self.report.remarks.append(RowRemark(row=row, kind=kind, field=field, message=message))

    def _write_audit(self, session: Session) -> None:
        """One entry for the whole import, which grows with each transaction: it is right even after an interruption."""
        facts = self.report.model_dump(include={"registered", "confirmed", "waitlisted"})
        entry = session.get(AuditEntry, self.audit_id) if self.audit_id else None
        if entry is None:
            entry = audit.record(session, "registrations.imported", by=self.by, event=self.event)
            session.flush()
            self.audit_id = entry.id
        entry.facts = facts | {"sends_mail": self.wishes.sends_mail}


_COUNTERS = {
    RemarkKind.WRONG: "wrong",
    RemarkKind.REGISTERED: "already_registered",
    RemarkKind.REPEATED: "repeated",
    RemarkKind.CANCELLED: "cancelled",
}


def _refusals(row: int, refusal: PlenaryError) -> Iterator[RowRemark]:
    """A rule changed while the import was under way."""
    for name, message in (refusal.fields or {"": refusal.message}).items():
        yield RowRemark(row=row, kind=RemarkKind.WRONG, field=name or None, message=message)


def _key(candidate: Candidate) -> str:
    return candidate.applicant.address.lower()


def _cancelled(session: Session, event_id: UUID) -> set[str]:
    """Addresses of those who cancelled and did not come back."""
    query = select(func.lower(Registration.address)).where(Registration.event_id == event_id)
    gone = Registration.status == RegistrationStatus.CANCELLED
    return set(session.scalars(except_(query.where(gone), query.where(~gone))))


def _registered(session: Session, event_id: UUID, chunk: Sequence[Candidate]) -> set[str]:
    query = select(func.lower(Registration.address)).where(
        Registration.event_id == event_id,
        func.lower(Registration.address).in_([_key(candidate) for candidate in chunk]),
        Registration.status != RegistrationStatus.CANCELLED,
    )
    return set(session.scalars(query))
