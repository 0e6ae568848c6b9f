"""The page "System": whether everything runs, for operators; looked at anew every ten seconds."""

from datetime import timedelta

import streamlit as st

from services.dashboard import door, formatting, heading, markup
from services.dashboard.api_client import api
from services.dashboard.desk import Desk
from services.dashboard.failures import Failure
from services.dashboard.formatting import count
from services.dashboard.live import attention
from services.dashboard.live.cards import card
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.system import EXACT_ROWS, ProcessFacts, SystemAnswer, SystemFinding

_PACE = 10.0
_SHOWN = "_system_shown"
_TONES = {"ok": ("good", "✓"), "warning": ("warning", "!"), "problem": ("problem", "!"), "unknown": ("quiet", "?")}


def draw(laid: Desk) -> None:
    heading.draw("System", ["Whether everything runs. The command “plenary doctor” looks further."])
    if not laid.viewer.me.is_operator:
        markup.notice("note", "This is for operators of the installation", "Ask one of them when mail does not arrive.")
        return
    seconds = _PACE
    if attention.is_asleep():
        attention.draw_way_back()
        seconds = attention.SLOW
    st.fragment(_live, run_every=seconds)(laid.viewer)


def _live(viewer: Viewer) -> None:
    attention.watch()
    door.keep_watch(viewer)
    found = api().system(viewer.token)
    last: SystemAnswer | None = st.session_state.get(_SHOWN)
    if isinstance(found, Failure):
        detail = (
            f"This is from {formatting.clock_time(last.server_time)}." if last else "This page tries again by itself."
        )
        markup.notice("problem", found.title, detail)
        if last is None:
            return
        found = last
    st.session_state[_SHOWN] = found
    now = found
    _draw_tiles(now)
    card("findings", "What was found", lambda: markup.draw(findings(now.findings)))
    card("processes", "Processes", lambda: markup.draw(processes(now.processes)))
    card("rows", "What is stored", lambda: markup.draw(stored(now)))


def _draw_tiles(now: SystemAnswer) -> None:
    waited = now.oldest_waiting_seconds
    oldest = formatting.span(timedelta(seconds=waited)) if waited is not None else "none"
    alive = sum(one.is_alive for one in now.processes)
    jobs = ", ".join(f"{name} {count(number)}" for name, number in now.jobs.items()) or "Redis is silent"
    with st.grid(4, min_column_width=170, key="system_tiles"):
        _tile("Mails due", count(now.mails_due), f"longest wait: {oldest}")
        _tile("Processes", count(alive), "dispatchers and workers that run")
        _tile("Jobs in Redis", count(sum(now.jobs.values())), jobs)
        _tile("Database", _megabytes(now.database_bytes), f"PostgreSQL {now.database_version.split()[0]}")


def _tile(name: str, value: str, note: str) -> None:
    st.metric(name, value, delta=note, delta_color="gray", delta_arrow="off", border=True)


def _megabytes(octets: int) -> str:
    return f"{octets / 1e6:,.0f} MB" if octets < 1e9 else f"{octets / 1e9:,.1f} GB"


def findings(found: list[SystemFinding]) -> Markup:
    """What is wrong first."""
    ranked = sorted(found, key=lambda one: ["problem", "warning", "unknown", "ok"].index(one.level))
    return markup.markup('<ul class="pl-findings">{rows}</ul>', rows=markup.join(_finding(one) for one in ranked))


def _finding(found: SystemFinding) -> Markup:
    tone, sign = _TONES[found.level]
    remedy = markup.markup("<small>{remedy}</small>", remedy=found.remedy) if found.remedy else Markup()
    return markup.markup(
        '<li><span class="pl-badge pl-{tone}"><span aria-hidden="true">{sign}</span>{level}</span>'
        "<span>{says}{remedy}</span></li>",
        tone=tone,
        sign=sign,
        level=found.level,
        says=found.says,
        remedy=remedy,
    )


def processes(found: list[ProcessFacts]) -> Markup:
    if not found:
        return Markup('<p class="pl-empty">None has been seen for a day: mail does not leave.</p>')
    rows = markup.join(
        markup.markup(
            '<tr><th scope="row">{process}</th><td data-name="State">{state}</td><td data-name="Seen">{seen}</td>'
            '<td class="pl-number" data-name="Mails a minute">{rate}</td></tr>',
            process=one.process,
            state="✓ runs" if one.is_alive else "! silent",
            seen=formatting.moment_in(one.seen_at, "UTC"),
            rate=f"{one.mails_per_minute:,.0f}" if one.mails_per_minute else "–",
        )
        for one in found
    )
    return markup.markup(
        '<table class="pl-table"><thead><tr><th scope="col">Process</th><th scope="col">State</th>'
        '<th scope="col">Seen</th><th scope="col" class="pl-number">Mails a minute</th></tr></thead>'
        "<tbody>{rows}</tbody></table>",
        rows=rows,
    )


def stored(now: SystemAnswer) -> Markup:
    facts = [
        ("Release", f"Plenary {now.version}"),
        *(
            (
                f"{name.replace('_', ' ').capitalize()}s",
                count(number) if number <= EXACT_ROWS else f"about {count(number)}",
            )
            for name, number in sorted(now.rows.items())
        ),
        ("Redis", _megabytes(now.redis_bytes) if now.redis_bytes is not None else "does not answer"),
        ("Last backup", formatting.moment_in(now.backup_at, "UTC") if now.backup_at else "none noted"),
    ]
    rows = (
        markup.markup("<div><dt>{name}</dt><dd>{value}</dd></div>", name=name, value=value) for name, value in facts
    )
    return markup.markup('<dl class="pl-facts">{rows}</dl>', rows=markup.join(rows))
