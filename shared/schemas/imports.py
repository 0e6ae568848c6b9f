"""What an import of registrations answers: numbers, row numbers and fields; no names, no addresses."""

from enum import StrEnum

from pydantic import BaseModel, Field


class RemarkKind(StrEnum):
    WRONG = "wrong"
    REGISTERED = "already-registered"
    REPEATED = "repeated"
    CANCELLED = "cancelled"


class RowRemark(BaseModel):
    """`row` is what a spreadsheet shows beside the row; the first is 1."""

    row: int
    kind: RemarkKind
    field: str | None = None
    message: str


class ImportReport(BaseModel):
    """What went in, or in a dry run, what would go in at this moment."""

    is_dry_run: bool
    rows: int = Field(default=0, description="Rows with something in them, below the headings.")
    registered: int = Field(default=0, description="People who are new.")
    confirmed: int = Field(default=0, description="Of the new ones, those who have a place.")
    waitlisted: int = Field(default=0, description="Of the new ones, those who wait because the event is full.")
    already_registered: int = Field(default=0, description="They were registered before, and hear nothing of this.")
    repeated: int = Field(default=0, description="Rows whose address stands in a row above.")
    cancelled: int = Field(default=0, description="They cancelled, here or in the file, and are left in peace.")
    wrong: int = Field(default=0, description="Rows that cannot be used; `remarks` say why.")
    columns: dict[str, str] = Field(default_factory=dict, description="Field to the heading it was read from.")
    unused_columns: list[str] = Field(default_factory=list)
    remarks: list[RowRemark] = Field(default_factory=list, description="At most 1,000, in the order of the file.")
