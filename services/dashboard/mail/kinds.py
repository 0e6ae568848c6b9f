"""The mails of an event by kind: a bar of what became of them, the numbers, and the state in a word."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard import markup
from services.dashboard.formatting import count
from services.dashboard.mail.words import in_words, kind_name
from services.dashboard.markup import Markup
from shared.schemas.mail import KindCounts

_HEADINGS = ("Sent", "Waiting", "Failed", "Came back", "Withheld")
# Each part differs in hatching too: two colours can be equally dark to some eyes.
_PARTS = ("sent", "waiting", "failed", "bounced", "withheld")


@dataclass(frozen=True)
class Counted:
    """One row. `withheld` were not sent because the address wants no mail."""

    name: str
    sent: int
    waiting: int
    failed: int
    bounced: int
    withheld: int

    @property
    def numbers(self) -> tuple[int, ...]:
        return (self.sent, self.waiting, self.failed, self.bounced, self.withheld)


def counted(kind: KindCounts, name: str) -> Counted:
    waiting = kind.pending + kind.sending
    return Counted(name, kind.sent, waiting, kind.failed, kind.bounced, kind.suppressed)


def name_of(kind: KindCounts, whens: dict[str, str]) -> str:
    """With when its rule sends it: "Reminder · 1 day before the start"."""
    when = whens.get(str(kind.rule_id))
    return f"{kind_name(kind.kind)} · {when}" if when else kind_name(kind.kind)


def table(rows: Sequence[Counted]) -> Markup:
    headings = (markup.markup('<th scope="col">{name}</th>', name=name) for name in ("Mail", "State", *_HEADINGS))
    return markup.markup(
        '<table class="pl-kinds"><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>',
        headings=markup.join(headings),
        rows=markup.join(map(_row, rows)),
    )


def _row(row: Counted) -> Markup:
    cells = (
        markup.markup('<td data-name="{name}">{number}</td>', name=name, number=_number(number))
        for name, number in zip(_HEADINGS, row.numbers, strict=True)
    )
    return markup.markup(
        '<tr><th scope="row">{name}{bar}</th><td class="pl-kind-state">{state}</td>{cells}</tr>',
        name=row.name,
        bar=bar(_PARTS, row.numbers),
        state=state(row),
        cells=markup.join(cells),
    )


def _number(number: int) -> Markup:
    return markup.markup("{number}", number=count(number)) if number else Markup('<span class="pl-none">0</span>')


def state(row: Counted) -> Markup:
    lost = row.failed + row.bounced
    if lost:
        return in_words("wrong", "!", f"{count(lost)} not delivered")
    if row.waiting:
        return in_words("cool", "…", f"{count(row.waiting)} on the way" if row.sent else "waiting")
    if row.sent:
        return in_words("main", "✓", "all sent")
    return in_words("text", "–", "withheld" if row.withheld else "nothing to send")


def bar(parts: Sequence[str], numbers: Sequence[int]) -> Markup:
    """Shares of the whole. What the bar shows stands in numbers beside it, so it is not read out."""
    total = sum(numbers)
    if not total:
        return Markup()
    drawn = (
        markup.markup('<i class="pl-part-{part}" style="flex-grow:{share}"></i>', part=part, share=f"{n / total:.4f}")
        for part, n in zip(parts, numbers, strict=True)
        if n
    )
    return markup.markup('<span class="pl-stack" aria-hidden="true">{drawn}</span>', drawn=markup.join(drawn))
