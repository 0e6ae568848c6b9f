"""How long and how often, and what there is to compare with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Plan:
    """`seconds` for each run, `rounds` of every run in turn. `pretix` holds its medians by figure, where measured."""

    seconds: float = 5
    rounds: int = 5
    connections: int = 64
    api_processes: int = 1
    stored: int = 1_000_000
    mails: int = 10_000
    pretix: Mapping[str, Any] = field(default_factory=dict)

    def against_pretix(self, ours: float, figure: str) -> float | None:
        theirs = self.pretix.get(figure)
        return ours / theirs if theirs else None
