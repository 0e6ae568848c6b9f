"""How the event's mail is, as it happens: one fragment that draws one snapshot."""

import streamlit as st

from services.dashboard import door, formatting, markup
from services.dashboard.failures import Failure
from services.dashboard.formatting import count, plural
from services.dashboard.live import attention
from services.dashboard.live.cards import card
from services.dashboard.live.header import freshness
from services.dashboard.mail import calendars, forecast, kinds, rule_words, snapshot
from services.dashboard.mail.kinds import Counted
from services.dashboard.markup import Markup
from services.dashboard.snapshots import Screen
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.events import EventSummary
from shared.schemas.mail import MailOverview

# Seconds between refreshes.
_PACE = 10.0
# Pixels, about the height of what the fragment draws.
_SCREEN = 560


def draw(viewer: Viewer, event: EventSummary) -> None:
    seconds: float | None = _PACE
    if attention.is_asleep():
        attention.draw_way_back()
        seconds = attention.SLOW
    elif st.query_params.get("live") == "0":
        seconds = None
    st.fragment(_live, run_every=seconds)(viewer, event, seconds is not None)


def _live(viewer: Viewer, event: EventSummary, is_live: bool) -> None:
    attention.watch()
    door.keep_watch(viewer)
    slot = st.empty()
    if snapshot.mail.shown(str(event.id)) is None:
        slot.skeleton(height=_SCREEN)
    screen = snapshot.mail.take(viewer, str(event.id))
    slot.empty()
    if isinstance(screen, Failure):
        door.draw_no_data(screen, viewer)
        return
    with st.container(key="mail_old" if screen.is_old else "mail_now"):
        _draw_freshness(screen, is_live=is_live)
        draw_notices(screen.snapshot, event)
        _draw_tiles(screen.snapshot)
        card("kinds", "By kind", lambda: _draw_kinds(viewer, event, screen.snapshot))
        with st.grid(2, min_column_width=300, key="grid_mail") as grid:
            with grid.cell():
                card("ledger", "What calendars hold", lambda: markup.draw(calendars.ledger(screen.snapshot.ledger)))
            with grid.cell():
                said = screen.snapshot.participations
                card("answers", "What calendars answered", lambda: markup.draw(calendars.answers(said)))


def _draw_freshness(screen: Screen[MailOverview], *, is_live: bool) -> None:
    since = formatting.clock_time(screen.arrived_at)
    if screen.is_old:
        markup.notice("warning", f"These numbers are from {since}", "They stay until the service answers again.")
    badge, summed = freshness(screen, is_live=is_live), summary(screen.snapshot)
    markup.draw(markup.markup('<p class="pl-fresh">{badge}<span>{summed}</span></p>', badge=badge, summed=summed))


def draw_notices(overview: MailOverview, event: EventSummary) -> None:
    queue = overview.forecast
    if queue.is_late:
        markup.notice("problem", forecast.sentence(queue, event, clock.now()), forecast.remedy(queue))
    if overview.unreachable:
        verb = "person has" if overview.unreachable == 1 else "people have"
        markup.notice(
            "warning",
            f"{count(overview.unreachable)} {verb} no working join link",
            "Mail to them was refused, came back or has not left yet. They are listed below, where their addresses "
            "can be corrected.",
        )


def summary(overview: MailOverview) -> str:
    """The tiles as a sentence, for those who hear the page."""
    total = _total(overview)
    parts = [f"{count(total.sent)} sent", f"{count(total.waiting)} waiting"]
    lost = total.failed + total.bounced
    return f"{', '.join(parts)}, {count(lost)} not delivered. {count(overview.ledger.stale)} hold an old entry."


def _total(overview: MailOverview) -> Counted:
    rows = [kinds.counted(kind, "") for kind in overview.kinds]
    sums = [sum(row.numbers[at] for row in rows) for at in range(5)]
    return Counted("", *sums)


def _draw_tiles(overview: MailOverview) -> None:
    total, rate = _total(overview), overview.forecast.per_minute
    taken_back = sum(kind.withdrawn for kind in overview.kinds)
    pace = f"{count(round(rate))} a minute" if rate else "none lately"
    tiles = (
        ("Sent", total.sent, f"{plural(taken_back, 'mail')} taken back" if taken_back else "taken by mail servers"),
        ("Waiting", total.waiting, f"leaving: {pace}" if total.waiting else "nothing to do"),
        ("Failed", total.failed, "refused for good" if total.failed else "none refused"),
        ("Came back", total.bounced, "after it was sent" if total.bounced else "none so far"),
        ("Withheld", total.withheld, "no mail wanted"),
    )
    with st.grid(5, min_column_width=150, key="tiles_mail"):
        for name, number, note in tiles:
            is_bad = name in {"Failed", "Came back"} and number
            st.metric(
                name, count(number), delta=note, delta_color="orange" if is_bad else "gray", delta_arrow="off",
                border=True,
            )  # fmt: skip


def _draw_kinds(viewer: Viewer, event: EventSummary, overview: MailOverview) -> None:
    queue = forecast.sentence(overview.forecast, event, clock.now())
    if not overview.forecast.is_late:
        tone, sign = ("pl-good", "✓") if not overview.forecast.waiting else ("pl-cool", "◷")
        markup.draw(
            markup.markup('<p class="pl-state {tone}"><span aria-hidden="true">{sign}</span> {queue}</p>',
                          tone=tone, sign=sign, queue=queue)
        )  # fmt: skip
    if not overview.kinds:
        markup.draw(Markup('<p class="pl-empty">No mail yet. The first leaves when somebody registers.</p>'))
        return
    whens = _whens(viewer, event)
    markup.draw(kinds.table([kinds.counted(kind, kinds.name_of(kind, whens)) for kind in overview.kinds]))


def _whens(viewer: Viewer, event: EventSummary) -> dict[str, str]:
    """When each rule sends, to tell one reminder from the other; nothing where the rules cannot be had."""
    answer = snapshot.rules(viewer, str(event.id))
    if isinstance(answer, Failure):
        return {}
    zone = event.time_zone or event.calendar.time_zone
    return {str(rule.id): rule_words.when(rule, zone) for rule in answer.rules}
