"""The benchmark judges as it says it does, and what it adds for itself is nowhere else."""

from fastapi.routing import iter_route_contexts

from benchmarks.aims import Aim, Verdict
from benchmarks.app import PATH, with_nothing
from benchmarks.pretix import read_lines
from benchmarks.samples import Sample, ratio
from services.api.main import create_app


def ran(per_second: float) -> Sample:
    return Sample(per_second, p50_ms=1, p99_ms=2, good=1, bad=0, statuses={}, cost={})


def test_the_route_that_does_nothing_is_not_in_the_product() -> None:
    assert PATH not in {route.path_format for route in iter_route_contexts(create_app().routes)}
    assert PATH in {route.path_format for route in iter_route_contexts(with_nothing(create_app()).routes)}


def test_an_aim_is_met_missed_or_not_measured() -> None:
    aims = [Aim("a", 0.45, at_least=0.45), Aim("b", 1.6, at_most=1.5), Aim("c", None, at_least=200)]

    assert [aim.verdict for aim in aims] == [Verdict.MET, Verdict.MISSED, Verdict.NOT_MEASURED]


def test_a_ratio_compares_neighbours_so_that_noise_falls_on_both() -> None:
    assert ratio([ran(50), ran(10), ran(5)], [ran(100), ran(20), ran(20)]) == 0.5


def test_what_a_harness_did_not_measure_is_left_out() -> None:
    lines = '{"figure": "register_summary", "concurrency": 64, "median": 5.4}\n{"figure": "host", "cpus": 2}\n'

    assert read_lines(lines, clients=64) == {"register": 5.4}
    assert read_lines(lines, clients=16) == {}
