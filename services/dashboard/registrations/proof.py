"""What proves that a person was reached: what became of each mail, what their calendar holds, whether they came."""

from collections.abc import Iterator

from services.dashboard import formatting, markup
from services.dashboard.markup import Markup
from shared.schemas.registrations import MessageAnswer, RegistrationDetail

_HOLDS = {
    "current": "holds the event as it is now",
    "old": "holds an older state of the event",
    "none": "has been sent no entry",
}
_ANSWERS = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined", "NEEDS-ACTION": "none yet"}


def facts(person: RegistrationDetail, zone: str) -> list[tuple[str, str | None]]:
    """Rows of the person's facts; those without a value are left out."""
    answered = person.participation and _ANSWERS.get(person.participation.upper(), person.participation)
    return [
        ("Joined", formatting.moment_in(person.joined_at, zone) if person.joined_at else None),
        ("Their calendar", _HOLDS[person.holds] if person.status == "confirmed" else None),
        ("Its answer", answered),
        (
            "Mail comes back",
            f"since {formatting.moment_in(person.undelivered_at, zone)}" if person.undelivered_at else None,
        ),
    ]


def steps(message: MessageAnswer, zone: str) -> Markup:
    """The life of one mail, step by step."""
    rows = markup.join(
        markup.markup("<div><dt>{name}</dt><dd>{value}</dd></div>", name=name, value=value)
        for name, value in _steps(message, zone)
    )
    return markup.markup('<dl class="pl-steps">{rows}</dl>', rows=rows)


def _steps(message: MessageAnswer, zone: str) -> Iterator[tuple[str, str]]:
    moments = [
        ("Promised", message.created_at),
        ("Sent", message.sent_at),
        ("Came back", message.bounced_at),
        ("Link used", message.opened_at),
    ]
    yield from ((name, formatting.moment_in(moment, zone)) for name, moment in moments if moment)
    said = [("To", message.address), ("The server said", message.reply), ("The bounce said", message.bounce)]
    yield from ((name, words) for name, words in said if words)
