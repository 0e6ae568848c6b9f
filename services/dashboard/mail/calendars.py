"""What people's calendars hold, and what they answered: numbers with their bars."""

from services.dashboard import markup
from services.dashboard.formatting import count
from services.dashboard.mail.kinds import bar
from services.dashboard.markup import Markup
from shared.schemas.mail import Ledger, Participations


def ledger(held: Ledger) -> Markup:
    numbers = (held.current, held.stale, held.none)
    if not sum(numbers):
        return Markup('<p class="pl-empty">Nobody has a place yet.</p>')
    rows = [
        ("sent", "hold the present entry", held.current),
        ("failed", "hold an old entry", held.stale),
        ("withheld", "hold none", held.none),
    ]
    waiting = (
        markup.markup('<p class="pl-note">{words}</p>', words=f"Of these, {count(held.waiting)} have it on its way.")
        if held.waiting
        else Markup()
    )
    return markup.join([_headline(held), bar(("sent", "failed", "withheld"), numbers), _list(rows), waiting])


def _headline(held: Ledger) -> Markup:
    if held.stale:
        verb = "person holds" if held.stale == 1 else "people hold"
        return _state("warning", "!", f"{count(held.stale)} {verb} an old entry")
    if held.none:
        return _state("quiet", "○", "Nobody holds an old entry, some hold none")
    return _state("good", "✓", "Everybody holds the present entry")


def _state(tone: str, sign: str, words: str) -> Markup:
    return markup.markup(
        '<p class="pl-state pl-{tone}"><span aria-hidden="true">{sign}</span> {words}</p>',
        tone=tone,
        sign=sign,
        words=words,
    )


def answers(said: Participations) -> Markup:
    numbers = (said.accepted, said.tentative, said.declined)
    if not sum(numbers):
        return Markup('<p class="pl-empty">No calendar has answered yet. Many never do.</p>')
    names = ("accepted", "tentative", "declined")
    rows = [(part, name, n) for part, name, n in zip(("sent", "waiting", "failed"), names, numbers, strict=True)]
    return markup.join([bar(("sent", "waiting", "failed"), numbers), _list(rows)])


def _list(rows: list[tuple[str, str, int]]) -> Markup:
    drawn = (
        markup.markup(
            '<div><dt><i class="pl-part-{part}" aria-hidden="true"></i>{name}</dt><dd>{number}</dd></div>',
            part=part,
            name=name,
            number=count(number),
        )
        for part, name, number in rows
    )
    return markup.markup('<dl class="pl-counts">{drawn}</dl>', drawn=markup.join(drawn))
