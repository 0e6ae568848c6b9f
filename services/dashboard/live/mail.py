"""How the event's mail is doing, and whether anything sends it."""

from collections.abc import Sequence
from datetime import timedelta

from services.dashboard import formatting, markup
from services.dashboard.formatting import count
from services.dashboard.markup import Markup
from shared.schemas.stats import MailCounts, Stats

_PARTS = (("main", "sent"), ("cool", "waiting"), ("warm", "retrying"), ("wrong", "failed"))


def draw(stats: Stats) -> None:
    mail = stats.mail
    markup.draw(markup.join([worker_state(mail), _bar(mail), _numbers(mail)]))


def worker_state(mail: MailCounts) -> Markup:
    if mail.worker_is_alive:
        return Markup('<p class="pl-state pl-good"><span aria-hidden="true">✓</span> Mail is being sent</p>')
    since = f" since {formatting.clock_time(mail.worker_seen_at)}" if mail.worker_seen_at else ""
    return markup.markup(
        '<p class="pl-state pl-warning" role="status"><span aria-hidden="true">!</span> Nothing is being sent{since}. '
        "Ask the operator to start the worker.</p>",
        since=since,
    )


def _bar(mail: MailCounts) -> Markup:
    """One bar of all mail that was or is to go out by now."""
    numbers = (mail.sent, mail.due + mail.sending, mail.retrying, mail.failed + mail.bounced)
    total = sum(numbers)
    parts = (_part(tone, number / total) for (tone, _), number in zip(_PARTS, numbers, strict=True) if number)
    return markup.markup('<div class="pl-stack" aria-hidden="true">{parts}</div>', parts=markup.join(parts))


def _part(tone: str, share: float) -> Markup:
    return markup.markup('<i class="pl-{tone}" style="flex-grow:{share}"></i>', tone=tone, share=f"{share:.4f}")


def _numbers(mail: MailCounts) -> Markup:
    waited = mail.oldest_waiting_seconds
    oldest = formatting.span(timedelta(seconds=waited)) if waited is not None else "none"
    return _grid(
        [
            ("main", count(mail.sent), "Sent"),
            ("cool", count(mail.due), "Waiting"),
            ("warm", count(mail.retrying), "Will retry"),
            ("wrong", count(mail.failed + mail.bounced), "Failed"),
            ("text", count(mail.pending - mail.due), "For later"),
            ("text", oldest, "Longest wait"),
        ]
    )


def _grid(cells: Sequence[tuple[str, str, str]]) -> Markup:
    inner = (
        markup.markup(
            '<div><dt>{name}</dt><dd class="pl-text-{tone}">{value}</dd></div>', name=name, tone=tone, value=value
        )
        for tone, value, name in cells
    )
    return markup.markup('<dl class="pl-numbers">{inner}</dl>', inner=markup.join(inner))
