"""Importing a list: a file is tried first, then the good rows go in, or all, or none."""

from typing import Any

import streamlit as st

from services.dashboard import events, markup, snapshots
from services.dashboard.api_client import api
from services.dashboard.failures import Cause, Failure
from services.dashboard.fields import note, title
from services.dashboard.formatting import count, plural
from services.dashboard.registrations import import_report, pages
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventAnswer
from shared.schemas.imports import ImportReport

MEBIBYTES = 20
_TRIED, _DONE, _ROUND = "_import_tried", "_import_done", "_import_round"
_WHOLE = {"name": "the name", "address": "the e-mail address"}


def draw(viewer: Viewer, event: EventAnswer) -> None:
    done: ImportReport | None = st.session_state.get(_DONE)
    if done is not None:
        _draw_done(done)
        return
    with st.container(border=True, key="card_import"):
        markup.draw(title("Import a list"))
        note("A CSV or XLSX file with one person in each row. It is tried first: nobody is registered yet.")
        file = st.file_uploader(
            "File", ["csv", "tsv", "txt", "xlsx"], key=f"import_file_{_round()}", max_upload_size=MEBIBYTES
        )
        if file is None:
            note("Columns are found by their headings, in many languages: name, e-mail, organisation, city, country, …")
            return
        outcome = _try(viewer, event, file)
    if isinstance(outcome, Failure):
        _draw_refused(outcome)
        return
    with st.container(border=True, key="card_import_report"):
        import_report.draw(outcome)
    if outcome.registered:
        _draw_decision(viewer, event, file, outcome)


def _round() -> int:
    """Part of the fields' keys, so that the next import begins with empty ones."""
    number: int = st.session_state.get(_ROUND, 0)
    return number


def _columns() -> dict[str, str]:
    """Headings that the organiser named because the file's own do not say it."""
    typed = {field: st.session_state.get(f"import_column_{field}_{_round()}", "") for field in _WHOLE}
    return {field: heading.strip() for field, heading in typed.items() if heading.strip()}


def _try(viewer: Viewer, event: EventAnswer, file: Any) -> ImportReport | Failure:
    """What would happen; asked once for each file and choice of columns."""
    columns = _columns()
    asked = (event.id, file.file_id, tuple(columns.items()))
    held = st.session_state.get(_TRIED)
    if held and held[0] == asked and not (isinstance(held[1], Failure) and held[1].is_passing):
        found: ImportReport | Failure = held[1]
        return found
    with st.spinner("Reading the list …"):
        outcome = api().import_people(viewer.token, str(event.id), file.getvalue(), columns=columns, dry_run=True)
    st.session_state[_TRIED] = (asked, outcome)
    return outcome


def _draw_refused(failure: Failure) -> None:
    if failure.cause is Cause.UNREACHABLE:
        markup.notice("problem", failure.title, "Nobody was registered. The file is kept; try again in a moment.")
        st.button("Try again", key="import_again", icon=":material/refresh:")
        return
    markup.notice("problem", "This list cannot be read yet", failure.detail or failure.title)
    for field in [name for name in failure.fields if name in _WHOLE] or [name for name in _WHOLE if name in _columns()]:
        st.text_input(f"Heading of the column with {_WHOLE[field]}", key=f"import_column_{field}_{_round()}")


def _draw_decision(viewer: Viewer, event: EventAnswer, file: Any, report: ImportReport) -> None:
    with st.container(border=True, key="card_import_decision"):
        markup.draw(title("Register them"))
        takes_all = False
        if report.wrong:
            wrong = plural(report.wrong, "row")
            choice = st.radio(
                "What about the rows that cannot be used?",
                ["good", "all"],
                key=f"import_choice_{_round()}",
                format_func={
                    "good": f"Register the good rows, leave out {wrong}",
                    "all": "All or none: I correct the file first",
                }.__getitem__,
            )
            takes_all = choice == "all"
        mail = st.toggle(
            "Send each of them the confirmation", value=True, key=f"import_mail_{_round()}",
            help="Off where they know already. Reminders and changes are sent to everybody either way.",
        )  # fmt: skip
        agreed = st.checkbox(
            "They agreed that this event's organisers keep these details", key=f"import_agreed_{_round()}"
        )
        pressed = st.button(
            f"Register {plural(report.registered, 'person', 'people')}",
            key="import_now",
            type="primary",
            icon=":material/group_add:",
            disabled=not agreed,
        )
    if pressed:
        _import(viewer, event, file, takes_all=takes_all, mail=mail)


def _import(viewer: Viewer, event: EventAnswer, file: Any, *, takes_all: bool, mail: bool) -> None:
    with st.spinner("Registering …"):
        outcome = api().import_people(
            viewer.token,
            str(event.id),
            file.getvalue(),
            columns=_columns(),
            dry_run=False,
            all_or_nothing=takes_all,
            mail=mail,
        )
    if isinstance(outcome, Failure):
        _draw_failed(outcome)
        return
    st.session_state[_DONE] = outcome
    pages.LIST.renew()
    events.renew()
    snapshots.stats.renew()
    st.rerun()


def _draw_failed(failure: Failure) -> None:
    if failure.cause is Cause.UNREACHABLE:
        detail = "Some may be registered already. Import the same file again: nobody is registered twice."
        markup.notice("problem", failure.title, detail)
        return
    markup.notice("problem", failure.title, failure.detail)
    import_report.draw_refused_rows(failure.fields)


def _draw_done(report: ImportReport) -> None:
    people = plural(report.registered, "person is", "people are")
    waiting = f" {count(report.waitlisted)} of them wait, because the event is full." if report.waitlisted else ""
    markup.notice("good", f"{people} registered", f"{count(report.confirmed)} have a place.{waiting}")
    with st.container(border=True, key="card_import_report"):
        import_report.draw(report)
    st.button("Import another list", key="import_another", icon=":material/upload_file:", on_click=_begin_again)


def _begin_again() -> None:
    for name in (_TRIED, _DONE):
        st.session_state.pop(name, None)
    st.session_state[_ROUND] = _round() + 1
