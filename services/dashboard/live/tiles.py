"""The six numbers."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from services.dashboard import markup
from services.dashboard.formatting import count, percent, plural
from shared.schemas.stats import Stats, Totals


@dataclass(frozen=True)
class Tile:
    """`change` is what the value moved by, where that is meant; `note` stands under the value either way."""

    name: str
    value: str
    note: str
    change: int | None = None
    tone: Literal["gray", "orange"] = "gray"


def draw(stats: Stats) -> None:
    with st.grid(6, min_column_width=150, key="tiles"):
        for tile in tiles(stats):
            _draw_tile(tile)
    markup.draw(markup.markup('<p class="pl-summary">{words}</p>', words=summary(stats)))
    if is_full(stats.totals) and stats.totals.waitlisted:
        _draw_who_waits(stats)


def _draw_who_waits(stats: Stats) -> None:
    ways = markup.markup(
        '<a href="registrations?event={event}&amp;status=waitlisted" target="_self">See who waits</a>, or '
        '<a href="registration?event={event}" target="_self">make more places</a>: who waited longest gets them.',
        event=stats.event.id,
    )
    verb = "person waits" if stats.totals.waitlisted == 1 else "people wait"
    markup.notice("note", f"{count(stats.totals.waitlisted)} {verb} for a place", ways)


def tiles(stats: Stats) -> list[Tile]:
    totals = stats.totals
    return [
        _registered(stats),
        _places(totals),
        Tile("Last 24 hours", count(totals.last_24_hours), "vs day before", _change(totals)),
        _joined(stats) if has_begun(stats) else _expected(stats),
        _confirmed(totals),
        Tile("Countries", count(totals.countries), plural(totals.cities, "city", "cities")),
    ]


def is_full(totals: Totals) -> bool:
    return totals.left is not None and totals.left <= 0 and totals.active > 0


def summary(stats: Stats) -> str:
    """The tiles as a sentence, for those who hear the page."""
    totals = stats.totals
    taken = f"{count(totals.active)} registered"
    if totals.places is not None:
        taken = f"{count(totals.active)} of {plural(totals.places, 'place')} taken"
    others = (
        (totals.offered, "of them offered and not taken yet"),
        (totals.waitlisted, "on the waiting list"),
        (totals.pending, "to be verified"),
        (totals.over, "beyond the places there are"),
    )
    taken += "".join(f", {count(number)} {words}" for number, words in others if number)
    return f"{taken}. {count(totals.last_24_hours)} in the last 24 hours."


def _draw_tile(tile: Tile) -> None:
    st.metric(
        tile.name,
        tile.value,
        delta=tile.change if tile.change is not None else tile.note,
        delta_color="normal" if tile.change else tile.tone,
        delta_arrow="auto" if tile.change else "off",
        delta_description=tile.note if tile.change is not None else None,
        border=True,
    )


def _registered(stats: Stats) -> Tile:
    """Beside the event before, as long before its start."""
    totals, before = stats.totals, stats.previous
    if before is None:
        return Tile("Registered", count(totals.active), "first of its calendar" if totals.active else "nobody yet")
    if has_begun(stats):
        return Tile("Registered", count(totals.active), "vs event before", totals.active - before.total)
    return Tile("Registered", count(totals.active), "vs event before", totals.active - before.at_this_point)


def has_begun(stats: Stats) -> bool:
    return stats.event.starts_at is not None and stats.event.starts_at <= stats.server_time


def _expected(stats: Stats) -> Tile:
    """By the calendar's own past, or not at all."""
    forecast = stats.forecast
    if forecast is None:
        return Tile("Expected live", "–", f"not enough history: {stats.history_events} of 3 events")
    return Tile("Expected live", count(forecast.mid), f"{count(forecast.low)}–{count(forecast.high)} likely")


def _joined(stats: Stats) -> Tile:
    share = stats.joined / stats.totals.confirmed if stats.totals.confirmed else 0
    return Tile("Joined", count(stats.joined), f"{percent(min(1, share))} of confirmed")


def _confirmed(totals: Totals) -> Tile:
    """Of those who hold a place or may get one; what is missing is named."""
    everybody = totals.active + totals.pending
    missing = [
        f"{count(number)} {words}"
        for number, words in (
            (totals.offered, "offered"),
            (totals.pending, "to verify"),
            (totals.cancelled, "cancelled"),
        )
        if number
    ]
    value = percent(totals.confirmed / everybody) if everybody else "–"
    return Tile("Confirmed", value, ", ".join(missing) or "nobody left" if everybody else "nobody yet")


def _places(totals: Totals) -> Tile:
    if totals.places is None or totals.left is None:
        return Tile("Places", "No limit", "unlimited places")
    if is_full(totals):
        over = f"{count(totals.over)} too many" if totals.over else f"full: {count(totals.places)} places"
        return Tile("Waiting list", count(totals.waitlisted), over, tone="orange")
    return Tile("Places left", count(totals.left), f"{percent(totals.fill or 0)} of {count(totals.places)} taken")


def _change(totals: Totals) -> int:
    return totals.last_24_hours - totals.day_before
