"""`python -m benchmarks [FIGURE…]`: every figure in one run on this machine, as a table and as JSON."""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from benchmarks import mail, memory, pretix, reading, registering, stored
from benchmarks.aims import Aim
from benchmarks.conditions import conditions
from benchmarks.errors import CannotMeasure
from benchmarks.plan import Plan
from benchmarks.report import table
from benchmarks.stage import staged
from benchmarks.wrk import require_wrk
from shared.logs import configure_logs

FIGURES = {"registering": registering, "reading": reading, "stored": stored, "mail": mail, "memory": memory}


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description="Measure, beside the limits of this machine.")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"some of: {', '.join(FIGURES)} (default: all)")
    parser.add_argument("--seconds", type=float, default=Plan.seconds, help="of each run (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=Plan.rounds, help="runs of each, in turn (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=Plan.api_processes, help="of the api (default: %(default)s)")
    parser.add_argument("--stored", type=int, default=Plan.stored, help="registrations stored (default: %(default)s)")
    parser.add_argument("--mails", type=int, default=Plan.mails, help="of each reminder (default: %(default)s)")
    parser.add_argument("--pretix", type=Path, help="JSON lines of a run of pretix on this machine")
    parser.add_argument("--json", type=Path, default=Path("var/benchmark.json"), help="(default: %(default)s)")
    chosen = parser.parse_args()
    unknown = set(chosen.figures) - set(FIGURES)
    if unknown:
        parser.error(f"there is no figure {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    return chosen


def _plan(chosen: Namespace) -> Plan:
    return Plan(
        seconds=chosen.seconds,
        rounds=chosen.rounds,
        api_processes=chosen.processes,
        stored=chosen.stored,
        mails=chosen.mails,
        pretix=pretix.read_lines(_pretix_lines(chosen), clients=Plan.connections),
    )


def _pretix_lines(chosen: Namespace) -> str:
    """From a file, or from a harness that runs now; nothing where there is neither."""
    if chosen.pretix is not None:
        return str(chosen.pretix.read_text())
    harness = os.environ.get("PEER_PRETIX_DIR")
    return pretix.run(Path(harness), chosen.figures or FIGURES, clients=Plan.connections) if harness else ""


def _measure(chosen: Namespace, plan: Plan) -> tuple[dict[str, Any], list[Aim]]:
    figures: dict[str, Any] = {}
    aims: list[Aim] = []
    with staged() as stage:
        said = conditions(stage) | {
            "connections": plan.connections,
            "api_processes": plan.api_processes,
            "runs": f"{plan.rounds} of {plan.seconds:g} s of each, in turn",
            "limits": "in the path, and so high that they never bite: the load comes from one network",
            "beside_them": "no dispatcher, worker or dashboard, except for memory",
        }
        for name in chosen.figures or FIGURES:
            sys.stderr.write(f"measuring: {name}\n")
            figures[name], judged = FIGURES[name].measure(stage, plan)
            aims += judged
    found = {
        "conditions": said,
        "figures": figures,
        "pretix": dict(plan.pretix),
        "aims": [aim.as_json() for aim in aims],
    }
    return found, aims


def main() -> None:
    chosen = _arguments()
    configure_logs()
    try:
        require_wrk()
        found, aims = _measure(chosen, _plan(chosen))
    except CannotMeasure as problem:
        sys.exit(str(problem))
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(found, indent=1) + "\n")
    sys.stdout.write(table(found["conditions"], found["figures"], aims) + f"\n\nAll of it: {chosen.json}\n")


if __name__ == "__main__":
    main()
