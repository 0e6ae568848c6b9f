"""What led people here: a table with bars, for screen and ear alike."""

from services.dashboard import markup
from services.dashboard.formatting import count
from services.dashboard.live.bars import track
from services.dashboard.markup import Markup
from shared.schemas.stats import SourceCount, Stats

_MOST = 8


def draw(stats: Stats) -> None:
    if not stats.sources:
        markup.draw(Markup('<p class="pl-empty">Shows which links led people here, once somebody has registered.</p>'))
        return
    markup.draw(table(stats.sources))


def table(sources: list[SourceCount]) -> Markup:
    longest = max(1, *(source.registered for source in sources))
    headings = ("Source", "Share", "Registered", "Confirmed", "Joined")
    return markup.markup(
        '<table class="pl-table pl-sources"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{rest}',
        head=markup.join(_heading(name) for name in headings),
        rows=markup.join(_row(source, longest) for source in sources[:_MOST]),
        rest=_rest(sources[_MOST:]),
    )


def _heading(name: str) -> Markup:
    is_number = name not in {"Source", "Share"}
    return markup.markup(
        '<th scope="col"{kind}>{name}</th>', kind=Markup(' class="pl-number"') if is_number else Markup(), name=name
    )


def _row(source: SourceCount, longest: int) -> Markup:
    return markup.markup(
        '<tr><th scope="row"><bdi>{name}</bdi></th><td class="pl-share">{bar}</td>'
        '<td class="pl-number" data-name="Registered">{registered}</td>'
        '<td class="pl-number" data-name="Confirmed">{confirmed}</td>'
        '<td class="pl-number" data-name="Joined">{joined}</td></tr>',
        name=source.source or "Direct, or not known",
        bar=track(source.registered / longest),
        registered=count(source.registered),
        confirmed=count(source.confirmed),
        joined=count(source.joined),
    )


def _rest(sources: list[SourceCount]) -> Markup:
    if not sources:
        return Markup()
    number = count(sum(source.registered for source in sources))
    return markup.markup('<p class="pl-note">{groups} more: {number}</p>', groups=len(sources), number=number)
