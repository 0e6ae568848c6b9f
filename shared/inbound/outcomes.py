"""What came of a mail, in words that name nobody."""

from dataclasses import dataclass

from shared.models import InboundStatus


@dataclass(frozen=True)
class Outcome:
    status: InboundStatus
    words: str


def done(words: str) -> Outcome:
    return Outcome(InboundStatus.DONE, words)


def ignored(words: str) -> Outcome:
    return Outcome(InboundStatus.IGNORED, words)
