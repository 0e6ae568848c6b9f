"""What people answered to the event's questions: bars where answers can be counted, a number where they cannot."""

from services.dashboard import markup
from services.dashboard.formatting import count, percent, plural
from services.dashboard.live.bars import Bar, others, table
from services.dashboard.markup import Markup
from shared.schemas.stats import QuestionCount, Stats

_MOST_CHOICES = 8


def draw(stats: Stats) -> None:
    drawn = markup.join(_question(counted) for counted in stats.questions)
    markup.draw(markup.markup('<div class="pl-questions">{drawn}</div>', drawn=drawn))


def _question(counted: QuestionCount) -> Markup:
    return markup.markup(
        '<section><h3 dir="auto">{label}</h3><p>{answered}</p>{bars}</section>',
        label=counted.label,
        answered=plural(counted.answered, "answer"),
        bars=table("Answer", choice_bars(counted)) if counted.choices and counted.answered else Markup(),
    )


def choice_bars(counted: QuestionCount) -> list[Bar]:
    """In the order in which they are offered; of many, those that were taken most."""
    shown = counted.choices
    if len(shown) > _MOST_CHOICES:
        shown = sorted(shown, key=lambda choice: -choice.count)[:_MOST_CHOICES]
    longest = max(1, *(choice.count for choice in shown))
    bars = [Bar(choice.label, choice.count / longest, 0, _words(choice.count, counted.answered)) for choice in shown]
    rest = sum(choice.count for choice in counted.choices) - sum(choice.count for choice in shown)
    return [*bars, *others(len(counted.choices) - len(shown), rest)]


def _words(number: int, answered: int) -> str:
    return f"{count(number)} · {percent(number / max(1, answered))}"
