"""Bars as text and boxes: audiences and countries. Long names wrap, and screen readers get a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard import markup
from services.dashboard.formatting import count, percent
from services.dashboard.markup import Markup
from shared.schemas.stats import AudienceCount, CountryCount, Stats

_MOST_AUDIENCES, _MOST_COUNTRIES = 6, 10
_NOTHING = Markup()


@dataclass(frozen=True)
class Bar:
    """`solid` and `striped` are parts of the longest bar, 0 to 1."""

    name: str
    solid: float
    striped: float
    words: str


def draw_audiences(stats: Stats) -> None:
    counted = [entry for entry in stats.audiences if entry.confirmed + entry.offered]
    if not counted:
        markup.draw(_empty("Shows who registers, once somebody has."))
        return
    has_offered = any(entry.offered for entry in counted)
    markup.draw(table("Audience", audience_bars(counted), legend=_LEGEND if has_offered else _NOTHING))


def draw_countries(stats: Stats) -> None:
    if not stats.countries:
        markup.draw(_empty("Shows the countries, once somebody has registered."))
        return
    markup.draw(table("Country", country_bars(stats.countries)))


def audience_bars(entries: Sequence[AudienceCount]) -> list[Bar]:
    ranked = sorted(entries, key=lambda entry: -(entry.confirmed + entry.offered))
    longest = ranked[0].confirmed + ranked[0].offered
    bars = [
        Bar(
            entry.audience or "Not given",
            entry.confirmed / longest,
            entry.offered / longest,
            f"{count(entry.confirmed + entry.offered)} · {percent(entry.share)}",
        )
        for entry in ranked[:_MOST_AUDIENCES]
    ]
    rest = sum(entry.confirmed + entry.offered for entry in ranked[_MOST_AUDIENCES:])
    return [*bars, *others(len(ranked) - _MOST_AUDIENCES, rest)]


def country_bars(entries: Sequence[CountryCount]) -> list[Bar]:
    ranked = sorted(entries, key=lambda entry: -entry.count)
    longest = max(1, ranked[0].count)
    bars = [Bar(entry.name, entry.count / longest, 0, count(entry.count)) for entry in ranked[:_MOST_COUNTRIES]]
    rest = sum(entry.count for entry in ranked[_MOST_COUNTRIES:])
    return [*bars, *others(len(ranked) - _MOST_COUNTRIES, rest)]


def others(groups: int, number: int) -> list[Bar]:
    """A bar of their own would outgrow the largest group's, so the rest is a line of words."""
    return [Bar(f"{groups} more", 0, 0, count(number))] if groups > 0 else []


# Confirmed and offered differ in hatching too: the two colours are equally dark to some eyes.
_LEGEND = Markup(
    '<p class="pl-legend"><span><i class="pl-solid"></i>Confirmed</span>'
    '<span><i class="pl-striped"></i>Offered, not taken yet</span></p>'
)


def table(heading: str, bars: Sequence[Bar], *, legend: Markup = _NOTHING, counted: str = "Registered") -> Markup:
    return markup.markup(
        '{legend}<table class="pl-bars"><thead><tr><th scope="col">{heading}</th><th scope="col">{counted}</th></tr>'
        "</thead><tbody>{rows}</tbody></table>",
        legend=legend,
        heading=heading,
        counted=counted,
        rows=markup.join(_row(bar) for bar in bars),
    )


def _row(bar: Bar) -> Markup:
    return markup.markup(
        '<tr><th scope="row"><bdi>{name}</bdi></th><td>{words}</td><td class="pl-track-cell">{track}</td></tr>',
        name=bar.name,
        words=bar.words,
        track=track(bar.solid, bar.striped),
    )


def track(solid: float, striped: float = 0) -> Markup:
    parts = (("solid", solid), ("striped", striped))
    drawn = markup.join(
        markup.markup('<i class="pl-{kind}" style="width:{width}"></i>', kind=kind, width=f"{width:.1%}")
        for kind, width in parts
        if width
    )
    return markup.markup('<span class="pl-track" aria-hidden="true">{drawn}</span>', drawn=drawn) if drawn else _NOTHING


def _empty(words: str) -> Markup:
    return markup.markup('<p class="pl-empty">{words}</p>', words=words)
