"""Figure: event pages and calendar pages read per second."""

from typing import Any

from benchmarks import wrk
from benchmarks.aims import Aim
from benchmarks.plan import Plan
from benchmarks.registering import WARM_UP_SECONDS, run_nothing, warm_up
from benchmarks.samples import Sample, ratio, sample, summary
from benchmarks.stage import Stage
from benchmarks.world import make_calendar, make_event


def measure(stage: Stage, plan: Plan) -> tuple[dict[str, Any], list[Aim]]:
    _, slug = make_event("A page to read")
    paths = {"event_page": f"/events/{slug}", "calendar_page": f"/calendars/{make_calendar()}"}
    runs: dict[str, list[Sample]] = {name: [] for name in ("nothing", *paths)}
    with stage.api(processes=plan.api_processes) as address:
        warm_up(stage, address, plan, "Warm-up for readers")
        for path in paths.values():
            wrk.read(address + path, seconds=WARM_UP_SECONDS, connections=plan.connections)
        for _ in range(plan.rounds):
            runs["nothing"].append(run_nothing(stage, address, plan))
            for name, path in paths.items():
                runs[name].append(_run(stage, plan, address + path))
    found = {name: summary(samples) for name, samples in runs.items()}
    return found, [aim for name in paths for aim in _aims(plan, name, runs, found)]


def _run(stage: Stage, plan: Plan, url: str) -> Sample:
    return sample(stage, lambda: wrk.read(url, seconds=plan.seconds, connections=plan.connections), status=200)


def _aims(plan: Plan, name: str, runs: dict[str, list[Sample]], found: dict[str, Any]) -> list[Aim]:
    words = name.replace("_", " ")
    over_pretix = plan.against_pretix(found[name]["per_second"], "read_page")
    return [
        Aim(f"{words}s/s over a route that does nothing", ratio(runs[name], runs["nothing"]), at_least=0.5),
        Aim(f"{words}s/s over pretix’s event page", over_pretix, at_least=40),
    ]
