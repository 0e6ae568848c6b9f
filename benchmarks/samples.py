"""One run of the load generator with what it cost, and the middle of several taken in turn."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.conditions import cost, spent
from benchmarks.stage import Stage
from benchmarks.wrk import Answers


@dataclass(frozen=True)
class Sample:
    """`bad` counts every answer but the one expected, and every request without one."""

    per_second: float
    p50_ms: float
    p99_ms: float
    good: int
    bad: int
    statuses: dict[str, int]
    cost: dict[str, Any]


def sample(stage: Stage, load: Callable[[], Answers], *, status: int) -> Sample:
    before = spent(stage)
    answers = load()
    after = spent(stage)
    good = answers.good(status)
    return Sample(
        per_second=round(good / answers.seconds, 1),
        p50_ms=answers.p50_ms,
        p99_ms=answers.p99_ms,
        good=good,
        bad=answers.bad(status),
        statuses=answers.statuses,
        cost=cost(before, after, good),
    )


def summary(samples: Sequence[Sample]) -> dict[str, Any]:
    """The medians, with every run beside them."""
    middle = {
        name: round(median(getattr(one, name) for one in samples), 2) for name in ("per_second", "p50_ms", "p99_ms")
    }
    parts = {name for one in samples for name in one.cost["processor_ms_each"]}
    each = {part: _middle(one.cost["processor_ms_each"].get(part, 0.0) for one in samples) for part in sorted(parts)}
    bad = sum(one.bad for one in samples)
    return {**middle, "bad": bad, "processor_ms_each": each, "runs": [asdict(one) for one in samples]}


def _middle(values: Iterable[float]) -> float:
    return round(float(median(values)), 3)


def ratio(above: Sequence[Sample], below: Sequence[Sample], name: str = "per_second") -> float:
    """The middle of the ratios of runs taken right after each other: what disturbs the machine disturbs both."""
    return float(median(getattr(one, name) / getattr(other, name) for one, other in zip(above, below, strict=True)))
