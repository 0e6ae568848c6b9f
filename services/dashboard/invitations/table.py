"""The list of who was invited, and what can be done about one of them."""

from typing import Any

import streamlit as st

from services.dashboard import asking, formatting, kept, markup, said
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note
from services.dashboard.formatting import count
from services.dashboard.invitations import pages
from services.dashboard.invitations.pages import Wish
from services.dashboard.invitations.words import STATUSES, in_words
from services.dashboard.kept import Shown
from services.dashboard.viewer import Viewer
from shared.schemas.events import EventSummary
from shared.schemas.invitations import InvitationAnswer, InvitationCounts, InvitationPage
from shared.timezones import place_name
from shared.translations import language_name

_STANDING, _SEARCH, _CHOSEN, _ALL = "find_standing", "find_invited", "_invitation_chosen", "all"
_ROW_HEIGHT = 36


def wish(event_id: str, counts: InvitationCounts | None, *, sees_addresses: bool) -> Wish:
    """What the fields ask for. `counts` are those of the list last shown."""
    standing = st.pills(
        "Where they stand",
        [_ALL, *STATUSES],
        default=_ALL,
        required=True,
        key=_STANDING,
        format_func=lambda name: _standing_name(name, counts),
        label_visibility="collapsed",
    )
    search = st.text_input(
        "Search",
        key=_SEARCH,
        type="search",
        max_chars=200,
        icon=":material/search:",
        placeholder="A name, or how an address begins" if sees_addresses else "A name",
    )
    asked = Wish(event_id, search=search or "", status=None if standing in {_ALL, None} else standing)
    return pages.LIST.turned(asked)


def _standing_name(name: str, counts: InvitationCounts | None) -> str:
    words = STATUSES.get(name, "All")
    if counts is None:
        return words
    everybody = counts.pending + counts.accepted + counts.declined
    return f"{words} {count(everybody if name == _ALL else getattr(counts, name))}"


def _clear() -> None:
    st.session_state.update({_STANDING: _ALL, _SEARCH: ""})


def draw(viewer: Viewer, event: EventSummary, shown: Shown[InvitationPage], asked: Wish, *, may_edit: bool) -> None:
    kept.draw_trouble(shown)
    rows = shown.page.invitations
    if not rows:
        _draw_empty(asked)
        return
    zone = event.time_zone or event.calendar.time_zone
    key = f"table_invitations_{shown.generation}"
    st.dataframe(
        [_row(row, sees_addresses=may_edit) for row in rows],
        hide_index=True,
        height=_ROW_HEIGHT * (min(len(rows), 12) + 1) + 2,
        row_height=_ROW_HEIGHT,
        column_config=_columns(zone),
        placeholder="",
        key=key,
        on_select=lambda: _choose(key, rows),
        selection_mode=["single-row", "single-cell"],
        alt=f"Invitations {kept.numbers(shown, len(rows))}: where each stands, and since when.",
    )
    pages.LIST.draw_ways(shown, asked, len(rows))
    chosen = next((row for row in rows if row.id == st.session_state.get(_CHOSEN)), None)
    if may_edit and shown.trouble is None:
        _draw_chosen(viewer, chosen, zone)


def _row(row: InvitationAnswer, *, sees_addresses: bool) -> dict[str, Any]:
    address = {"Address": row.address} if sees_addresses else {}
    return {
        "Name": row.name,
        **address,
        "Stands": in_words(row),
        "Language": language_name(row.language, language="en"),
        "Sent": row.posted_at,
        "Asked again": row.nudged_at,
        "Answered": row.answered_at,
    }


def _columns(zone: str) -> dict[str, Any]:
    where = place_name(zone)
    moments = {
        name: st.column_config.DatetimeColumn(f"{name} ({where})", format="D MMM YYYY, HH:mm", timezone=zone)
        for name in ("Sent", "Asked again", "Answered")
    }
    return {"Name": st.column_config.TextColumn(width="medium"), **moments}


def _choose(key: str, rows: list[InvitationAnswer]) -> None:
    selection = st.session_state[key]["selection"]
    chosen = [*selection["rows"], *(row for row, _ in selection["cells"])]
    st.session_state[_CHOSEN] = rows[chosen[0]].id if chosen and chosen[0] < len(rows) else None


def _draw_empty(asked: Wish) -> None:
    with st.container(border=True, key="card_nobody"):
        is_narrow = bool(asked.narrowing())
        fact = "Nobody like that" if is_narrow else "Nobody has been invited yet"
        remedy = "Look for less, or for everybody." if is_narrow else "Paste addresses, or upload a list."
        markup.draw(markup.markup('<p class="pl-empty"><b>{fact}</b>{remedy}</p>', fact=fact, remedy=remedy))
        if is_narrow:
            st.button("Show everybody", key="show_everybody", icon=":material/filter_alt_off:", on_click=_clear)


def _draw_chosen(viewer: Viewer, chosen: InvitationAnswer | None, zone: str) -> None:
    if chosen is None:
        note("Choose a row to see the invitation, or to withdraw it.")
        return
    with st.container(border=True, key="card_invitation"):
        rows = markup.join(
            markup.markup("<div><dt>{name}</dt><dd>{value}</dd></div>", name=name, value=value)
            for name, value in _facts(chosen, zone)
        )
        name = chosen.name or chosen.address or "Somebody"
        markup.draw(markup.markup('<h2 class="pl-card-title"><bdi>{name}</bdi></h2>', name=name))
        markup.draw(markup.markup('<dl class="pl-facts">{rows}</dl>', rows=rows))
        if chosen.status != "accepted" and st.button("Withdraw …", key="withdraw", icon=":material/undo:"):
            asking.ask("withdraw", chosen.id)
    if asking.is_open("withdraw", chosen.id):
        _ask_whether_to_withdraw(viewer, chosen)


def _facts(chosen: InvitationAnswer, zone: str) -> list[tuple[str, str]]:
    moments = (
        ("Invited", chosen.created_at),
        ("Sent", chosen.posted_at),
        ("Asked again", chosen.nudged_at),
        ("Answered", chosen.answered_at),
        ("Not delivered since", chosen.undelivered_at),
    )
    said_when = [(name, formatting.moment_in(moment, zone)) for name, moment in moments if moment]
    return [("E-mail address", chosen.address or ""), ("Stands", in_words(chosen)), *said_when]


@st.dialog("Withdraw this invitation?", icon=":material/undo:", on_dismiss=asking.put_away)
def _ask_whether_to_withdraw(viewer: Viewer, chosen: InvitationAnswer) -> None:
    st.text(chosen.name or chosen.address or "")
    st.write("Their link stops working, and they get no more mail of it. They are not told.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep_invitation", on_click=asking.put_away):
            st.rerun()
        if st.button("Withdraw", key="really_withdraw", type="primary"):
            asking.put_away()
            failure = api().withdraw_invitation(viewer.token, str(chosen.id))
            pages.LIST.renew()
            if isinstance(failure, Failure):
                said.fail(failure, unsure="It is not sure whether this was done. Refresh the list and look.")
            said.say("good", "Withdrawn", "They get no more mail of it.")
