"""What an import would do, or did: numbers, columns, and every row that needs a look."""

from collections.abc import Mapping

import streamlit as st

from services.dashboard import markup
from services.dashboard.fields import note, title
from services.dashboard.formatting import count
from shared.schemas.imports import ImportReport, RemarkKind

_KINDS = {
    RemarkKind.WRONG: "Cannot be used",
    RemarkKind.REGISTERED: "Registered already",
    RemarkKind.REPEATED: "Repeated in the file",
    RemarkKind.CANCELLED: "Cancelled before",
}
_ROW_HEIGHT = 36


def draw(report: ImportReport) -> None:
    would = "What would happen" if report.is_dry_run else "What happened"
    markup.draw(title(f"{would}: {count(report.rows)} rows"))
    with st.grid(4, min_column_width=130, key="tiles_import") as grid:
        for name, number, detail in _tiles(report):
            with grid.cell():
                st.metric(name, count(number), delta=detail, delta_color="gray", delta_arrow="off", border=True)
    _draw_columns(report)
    if report.remarks:
        _draw_rows(
            [
                {
                    "Row": remark.row,
                    "What": _KINDS[remark.kind],
                    "Column": _column(remark.field, report.columns),
                    "Why": remark.message,
                }
                for remark in report.remarks
            ]
        )


def _tiles(report: ImportReport) -> list[tuple[str, int, str]]:
    left_alone = report.already_registered + report.repeated + report.cancelled
    return [
        ("New", report.registered, "people to register" if report.is_dry_run else "people registered"),
        ("With a place", report.confirmed, f"{count(report.waitlisted)} on the waiting list"),
        ("Left as they are", left_alone, "registered, repeated or cancelled"),
        ("Cannot be used", report.wrong, "see the rows below" if report.wrong else "every row is good"),
    ]


def _draw_columns(report: ImportReport) -> None:
    found = ", ".join(f"{field.replace('_', ' ')} from “{heading}”" for field, heading in report.columns.items())
    unused = ", ".join(f"“{heading}”" for heading in report.unused_columns)
    note(f"Read: {found}." + (f" Not used: {unused}." if unused else ""))


def _column(field: str | None, columns: Mapping[str, str]) -> str:
    return columns.get(field, field.replace("_", " ")) if field else ""


def draw_refused_rows(fields: Mapping[str, str]) -> None:
    """Of an import that was all or none: the API names rows as `rows.NUMBER.FIELD`."""
    rows = []
    for name, message in fields.items():
        _, _, rest = name.partition("rows.")
        number, _, field = rest.partition(".")
        if number.isdecimal():
            rows.append({"Row": int(number), "What": "Cannot be used", "Column": field, "Why": message})
    if rows:
        _draw_rows(rows)


def _draw_rows(rows: list[dict[str, object]]) -> None:
    st.dataframe(
        rows,
        hide_index=True,
        height=_ROW_HEIGHT * (min(len(rows), 10) + 1) + 2,
        row_height=_ROW_HEIGHT,
        column_config={"Row": st.column_config.NumberColumn(width="small", format="%d")},
        key="table_import_rows",
        alt=f"{len(rows)} rows that need a look, with their numbers and why.",
    )
