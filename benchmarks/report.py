"""The table that people read."""

from collections.abc import Iterator
from typing import Any

from benchmarks.aims import Aim

_WIDTH = 64


def table(conditions: dict[str, Any], figures: dict[str, Any], aims: list[Aim]) -> str:
    lines = [*_conditions(conditions), "", *_rates(figures), "", *_memory(figures), *_aims(aims)]
    return "\n".join(lines)


def _conditions(conditions: dict[str, Any]) -> Iterator[str]:
    yield "Conditions"
    for name, value in conditions.items():
        said = ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else value
        yield f"  {name.replace('_', ' ')}: {said}"


def _rates(figures: dict[str, Any]) -> Iterator[str]:
    yield f"{'Measured (medians)':<32}{'each second':>12}{'p50 ms':>9}{'p99 ms':>9}{'wrong':>7}  processor ms each"
    for figure, runs in figures.items():
        for name, found in runs.items():
            if isinstance(found, dict) and "per_second" in found:
                yield _rate(f"{figure}: {name.replace('_', ' ')}", found)


def _rate(name: str, found: dict[str, Any]) -> str:
    each = ", ".join(f"{part} {used:g}" for part, used in found.get("processor_ms_each", {}).items() if used >= 0.005)
    times = f"{found['p50_ms']:>9.1f}{found['p99_ms']:>9.1f}{found['bad']:>7}" if "p50_ms" in found else " " * 25
    return f"  {name:<30}{found['per_second']:>12,.0f}{times}  {each}"


def _memory(figures: dict[str, Any]) -> Iterator[str]:
    for part, used in figures.get("memory", {}).get("pss_mb", {}).items():
        yield f"  memory, {part:<22}{used:>12,.0f} MB"
    yield ""


def _aims(aims: list[Aim]) -> Iterator[str]:
    yield f"{'Aims':<{_WIDTH}}{'aim':>8}{'is':>10}"
    for aim in aims:
        value = "" if aim.value is None else f"{aim.value:.2f}"
        yield f"  {aim.name:<{_WIDTH - 2}}{aim.bound:>8}{value:>10}  {aim.verdict.value}"
