"""The table of one page, the way through the pages, and which row is chosen: kept in the address bar."""

from typing import Any

import streamlit as st

from services.dashboard import kept, markup
from services.dashboard.kept import Shown
from services.dashboard.registrations import finding, pages
from services.dashboard.registrations.pages import Wish
from services.dashboard.registrations.words import SOURCES, STATUSES, name_of_origin
from shared.schemas.registrations import RegistrationAnswer, RegistrationPage
from shared.territories import country_name
from shared.timezones import place_name

CHOSEN = "registration"
_ROW_HEIGHT = 36


def draw(shown: Shown[RegistrationPage], asked: Wish, *, zone: str, sees_addresses: bool) -> None:
    rows = shown.page.registrations
    if not rows:
        _draw_empty(asked)
        return
    key = f"table_registrations_{shown.generation}"
    chosen = st.query_params.get(CHOSEN)
    at = next((number for number, row in enumerate(rows) if str(row.id) == chosen), None)
    st.dataframe(
        [_row(row, sees_addresses=sees_addresses) for row in rows],
        hide_index=True,
        height=_ROW_HEIGHT * (min(len(rows), 12) + 1) + 2,
        row_height=_ROW_HEIGHT,
        column_config=_columns(zone),
        placeholder="",
        key=key,
        on_select=lambda: _choose(key, rows),
        selection_mode=["single-row", "single-cell"],
        selection_default={"selection": {"rows": [] if at is None else [at], "columns": [], "cells": []}},
        alt=f"Registrations {kept.numbers(shown, len(rows))}; choose a row to see the person.",
    )
    pages.LIST.draw_ways(shown, asked, len(rows))


def _row(row: RegistrationAnswer, *, sees_addresses: bool) -> dict[str, Any]:
    address = {"Address": row.address} if sees_addresses else {}
    return {
        "Name": row.name,
        "Status": STATUSES.get(row.status, row.status) + (" · suspicious" if row.is_suspect else ""),
        **address,
        "Organisation": row.organisation,
        "City": row.city,
        "Country": country_name(row.country, language="en") if row.country else None,
        "Audience": row.audience,
        "Came by": SOURCES.get(row.source, row.source),
        "Led here by": row.came_from and name_of_origin(row.came_from),
        "Registered": row.registered_at,
    }


def _columns(zone: str) -> dict[str, Any]:
    where = place_name(zone)
    return {
        "Name": st.column_config.TextColumn(width="medium"),
        "Registered": st.column_config.DatetimeColumn(
            f"Registered ({where})", format="D MMM YYYY, HH:mm", timezone=zone, width="medium"
        ),
    }


def _choose(key: str, rows: list[RegistrationAnswer]) -> None:
    """By its box, or by any of its cells."""
    selection = st.session_state[key]["selection"]
    chosen = [*selection["rows"], *(row for row, _ in selection["cells"])]
    if chosen and chosen[0] < len(rows):
        st.query_params[CHOSEN] = str(rows[chosen[0]].id)
    else:
        st.query_params.pop(CHOSEN, None)


def _draw_empty(asked: Wish) -> None:
    with st.container(border=True, key="card_nobody"):
        if asked.is_narrow:
            markup.draw(markup.markup('<p class="pl-empty"><b>{fact}</b>{remedy}</p>', fact="Nobody like that",
                                      remedy="Look for less, or for everybody."))  # fmt: skip
            st.button("Show everybody", key="show_everybody", icon=":material/filter_alt_off:", on_click=finding.clear)
        else:
            markup.draw(markup.markup('<p class="pl-empty"><b>{fact}</b>{remedy}</p>', fact="Nobody has registered yet",
                                      remedy="Share the public page, add someone, or import a list."))  # fmt: skip
