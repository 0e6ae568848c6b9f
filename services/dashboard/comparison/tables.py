"""The rates of several events, and their audiences, as tables."""

from collections.abc import Callable, Sequence

from services.dashboard import markup
from services.dashboard.comparison.chart import name
from services.dashboard.formatting import count, percent
from services.dashboard.live.bars import track
from services.dashboard.markup import Markup
from shared.schemas.comparison import Compared, Comparison

_ROWS: tuple[tuple[str, Callable[[Compared], str]], ...] = (
    ("Registered", lambda one: count(one.registered)),
    ("Places", lambda one: count(one.event.places) if one.event.places is not None else "no limit"),
    ("Confirmed", lambda one: count(one.confirmed)),
    ("Waiting list", lambda one: count(one.waitlisted)),
    ("Cancelled", lambda one: f"{count(one.cancelled)} · {percent(one.cancelled_share)}"),
    ("Joined", lambda one: count(one.joined) if one.joined is not None else "–"),
    ("Attendance, of confirmed", lambda one: percent(one.attendance) if one.attendance is not None else "–"),
    ("Countries", lambda one: count(one.countries)),
    ("Invited, and came", lambda one: f"{count(one.invited)}, {count(one.accepted)}" if one.invited else "–"),
    ("Mails sent", lambda one: count(one.mails_sent)),
    ("Mails that did not arrive", lambda one: count(one.bounced)),
)


def draw_rates(found: Comparison) -> None:
    markup.draw(rates(found))


def rates(found: Comparison) -> Markup:
    rows = [markup.join([_row(label, [value(one) for one in found.events]) for label, value in _ROWS])]
    if found.days_before is not None:
        label = f"Registered {found.days_before:.0f} days before the start"
        numbers = [count(one.at_this_point) if one.at_this_point is not None else "–" for one in found.events]
        rows.insert(0, _row(label, numbers))
    return _table(found.events, markup.join(rows))


def _table(compared: Sequence[Compared], rows: Markup) -> Markup:
    head = markup.join(
        markup.markup('<th scope="col" class="pl-number">{name}</th>', name=name(place, one))
        for place, one in enumerate(compared)
    )
    return markup.markup(
        '<div class="pl-scroll"><table class="pl-compare"><thead><tr><td></td>{head}</tr></thead>'
        "<tbody>{rows}</tbody></table></div>",
        head=head,
        rows=rows,
    )


def _row(label: str, values: Sequence[str]) -> Markup:
    cells = markup.join(markup.markup('<td class="pl-number">{value}</td>', value=value) for value in values)
    return markup.markup('<tr><th scope="row"><bdi>{label}</bdi></th>{cells}</tr>', label=label, cells=cells)


def draw_audiences(compared: Sequence[Compared]) -> None:
    markup.draw(audiences(compared))


def audiences(compared: Sequence[Compared]) -> Markup:
    """Which part each audience had of those with a place, and how many of them joined."""
    names = dict.fromkeys(one.audience for event in compared for one in event.audiences)
    if not names:
        return Markup('<p class="pl-empty">None of these events names audiences.</p>')
    return _table(compared, markup.join(_audience(audience, compared) for audience in names))


def _audience(audience: str | None, compared: Sequence[Compared]) -> Markup:
    cells = markup.join(_share(event, audience) for event in compared)
    label = audience or "Not given"
    return markup.markup('<tr><th scope="row"><bdi>{label}</bdi></th>{cells}</tr>', label=label, cells=cells)


def _share(event: Compared, audience: str | None) -> Markup:
    found = next((one for one in event.audiences if one.audience == audience), None)
    if found is None:
        return Markup('<td class="pl-number">–</td>')
    joined = event.joined_by_audience.get(audience or "", 0)
    words = f"{count(found.confirmed + found.offered)} · {percent(found.share)}"
    return markup.markup(
        '<td class="pl-number">{words}<small>{joined}</small>{bar}</td>',
        words=words,
        joined=f"{count(joined)} joined" if event.joined is not None else "",
        bar=track(found.share),
    )
