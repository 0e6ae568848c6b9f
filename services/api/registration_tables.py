"""Registrations as tables over HTTP: lists of people are imported, the list of an event is exported."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import Message
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from services.api.auth import CurrentOrganiser, EditedEvent, SeesPeople, ViewedEvent
from services.api.database import DatabaseSession
from services.api.idempotency import OnlyOnce, RawBody
from services.api.openapi import gives, refused
from shared import audit
from shared.errors import InvalidInput, TooManyRequests
from shared.registration_tables.exporting import CSV_TYPE, XLSX_TYPE, RegistrationTable
from shared.registration_tables.importing import Wishes, import_registrations
from shared.schemas.imports import ImportReport
from shared.sheets.csv_writing import csv_pieces
from shared.sheets.workbook_writing import xlsx_pieces

router = APIRouter(prefix="/events/{event_key}", tags=["registrations"])

_EXAMPLE = "Name,E-mail,City\nAda Lovelace,ada@example.org,London\n"
_IMPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE},
            XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
_IMPORTING = threading.Lock()
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


@router.post("/registrations/import", openapi_extra=_IMPORT_BODY, responses=refused(409, 415, 429))
def import_table(
    event: EditedEvent,
    organiser: CurrentOrganiser,
    session: DatabaseSession,
    content: RawBody,
    once: OnlyOnce,
    response: Response,
    dry_run: Annotated[bool, Query(description="Only say what would happen at this moment.")] = False,
    all_or_nothing: Annotated[bool, Query(description="Nobody, where a row is wrong; in one transaction.")] = False,
    mail: Annotated[bool, Query(description="Whether those who are new get their confirmation.")] = True,
    column: Annotated[
        list[str], Query(max_length=60, description="FIELD=HEADING, where headings do not say it: `address=Contact`.")
    ] = [],  # noqa: B006 - FastAPI copies it.
    content_type: Annotated[str, Header(max_length=200)] = "text/csv",
) -> ImportReport:
    """Register the people of a CSV or XLSX file, who agreed to it elsewhere. Doing it again is harmless.

    Rows that cannot be used are left out and reported by their number; those who are registered already, or cancelled,
    stay as they are and hear nothing.
    """
    earlier = once.earlier(ImportReport, response)
    if earlier is not None:
        return earlier
    wishes = Wishes(
        is_dry_run=dry_run,
        all_or_nothing=all_or_nothing,
        sends_mail=mail,
        columns=_columns(column),
        encoding=_charset(content_type),
    )
    # The import has transactions of its own, and takes its time: this one must not stay open meanwhile.
    session.commit()
    with _one_at_a_time():
        report = import_registrations(event.id, content, wishes, by=organiser)
    return once.keep(report)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """In this process: a large table takes some hundred MB while it is read. Raises TooManyRequests."""
    if not _IMPORTING.acquire(blocking=False):
        raise TooManyRequests(
            "Another list is being imported at this moment. Try again in some seconds.",
            retry_after=15,
            limit=("lists", 1, 15),
        )
    try:
        yield
    finally:
        _IMPORTING.release()


def _columns(wished: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in wished]
    if any(not (name and heading) for name, _, heading in pairs):
        raise InvalidInput(
            "A column is not named as it should be. Write FIELD=HEADING.",
            fields={"column": "is not of the form FIELD=HEADING, such as address=Contact"},
        )
    return {name.strip(): heading for name, _, heading in pairs}


def _charset(content_type: str) -> str | None:
    header = Message()
    header["Content-Type"] = " ".join(content_type.split())
    charset = header.get_param("charset")
    return charset if isinstance(charset, str) and charset else None


@router.get("/registrations.csv", response_class=StreamingResponse, responses=gives("text/csv"))
def export_csv(
    event: ViewedEvent,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
    sees_people: SeesPeople,
    delimiter: Annotated[
        Literal["comma", "semicolon", "tab"], Query(description="Excel in Spanish or French expects `semicolon`.")
    ] = "comma",
) -> StreamingResponse:
    """All registrations as CSV (RFC 4180, UTF-8 with byte order mark), safe to open in a spreadsheet.

    Viewers get no e-mail addresses, time zones, free texts or consents.
    """
    table = RegistrationTable(event, sees_all=sees_people)
    audit.record(session, "registrations.exported", by=organiser, event=event, format="csv", whole=sees_people)
    pieces = csv_pieces(table.headings, table.rows(), delimiter=_DELIMITERS[delimiter])
    return StreamingResponse(pieces, media_type=CSV_TYPE, headers=_as_file(f"{table.title}.csv"))


@router.get("/registrations.xlsx", response_class=StreamingResponse, responses=gives(XLSX_TYPE))
def export_xlsx(
    event: ViewedEvent, session: DatabaseSession, organiser: CurrentOrganiser, sees_people: SeesPeople
) -> StreamingResponse:
    """All registrations as a workbook. Viewers get no e-mail addresses, time zones, free texts or consents."""
    table = RegistrationTable(event, sees_all=sees_people)
    audit.record(session, "registrations.exported", by=organiser, event=event, format="xlsx", whole=sees_people)
    pieces = xlsx_pieces(table.headings, table.rows(), title="Registrations")
    return StreamingResponse(pieces, media_type=XLSX_TYPE, headers=_as_file(f"{table.title}.xlsx"))


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
