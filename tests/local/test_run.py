"""`make run`, as a newcomer meets it: a fresh checkout, one process to start and to stop, everything in `var/`."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import requests

from services.local.ports import free_port
from services.local.waiting import wait_until

ROOT = Path(__file__).parents[2]
PORTS = ("PLENARY_LOCAL_SITE_PORT", "PLENARY_LOCAL_DASHBOARD_PORT", "PLENARY_LOCAL_MAIL_PORT")
WELCOME = "Ctrl-C stops everything"


class Run:
    """One `make run` in a checkout, without make."""

    def __init__(self, checkout: Path, **variables: str) -> None:
        self.checkout, self.output = checkout, checkout / "output.txt"
        self.variables = {name: str(free_port()) for name in PORTS} | variables
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.local"],
                cwd=checkout,
                env=os.environ | self.variables,
                stdout=output,
                stderr=output,
            )

    def says(self, text: str, *, within: timedelta = timedelta(seconds=60)) -> bool:
        return wait_until(
            lambda: text in self.output.read_text() or self.process.poll() is not None, within=within
        ) and (text in self.output.read_text())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def ends(self, *, within: timedelta = timedelta(seconds=30)) -> int:
        return self.process.wait(within.total_seconds())

    def programs(self) -> list[psutil.Process]:
        """All that works in the checkout: the programs do, and PostgreSQL works in its data directory."""
        found = psutil.process_iter(["cwd"])
        return [each for each in found if (each.info["cwd"] or "").startswith(str(self.checkout))]

    def program(self, words: str) -> psutil.Process:
        return next(each for each in self.programs() if words in " ".join(each.cmdline()))

    def leaves_nothing(self, *, within: timedelta = timedelta(seconds=10)) -> bool:
        return wait_until(lambda: not self.programs(), within=within)


def copied_to(folder: Path) -> Path:
    """A checkout with a name that shells, configuration files and patterns stumble over."""
    copy = folder / "100 % mine; try #1"
    for part in ("services", "shared"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copied_to(tmp_path)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Started once: it takes some ten seconds."""
    run = Run(copied_to(tmp_path_factory.mktemp("running")))
    assert run.says(WELCOME), run.output.read_text()
    yield run
    run.kill()
    assert run.leaves_nothing()


def test_one_command_brings_up_everything_and_says_where_it_is(running: Run) -> None:
    facts = json.loads((running.checkout / "var" / "sign-in.json").read_text())
    signed_in = {"address": facts["address"], "password": facts["password"]}

    assert requests.get(f"{facts['site']}/healthz", timeout=5).ok
    assert requests.get(facts["dashboard"], timeout=5).ok
    assert requests.get(facts["mail"], timeout=5).ok
    assert requests.post(f"{facts['site']}/api/v1/sessions", json=signed_in, timeout=5).json()["token"]
    assert all(fact in running.output.read_text() for fact in facts.values())


def test_the_command_line_reaches_what_runs(running: Run) -> None:
    words = [str(running.checkout / "var" / "plenary"), "calendar", "add", "Harbour calendar", "--json"]

    added = subprocess.run(words, capture_output=True, text=True, check=True)

    site = json.loads((running.checkout / "var" / "sign-in.json").read_text())["site"]
    slug = json.loads(added.stdout)["slug"]
    assert requests.get(f"{site}/calendars/{slug}", timeout=5).ok


def test_what_is_secret_is_readable_by_its_owner_only(running: Run) -> None:
    var = running.checkout / "var"
    private = [var / "sign-in.json", *(var / "secrets").iterdir(), *(var / "run").glob("*.conf")]
    shown = " ".join(" ".join(each.cmdline()) for each in running.programs())

    assert len(private) == 6
    assert {file.stat().st_mode & 0o777 for file in private} == {0o600}
    assert not any(file.read_text() in shown for file in (var / "secrets").iterdir())


def test_a_second_run_beside_it_says_where_the_first_is_and_harms_nothing(running: Run) -> None:
    site = f"http://127.0.0.1:{running.variables[PORTS[0]]}"

    second = subprocess.run(
        [sys.executable, "-m", "services.local"], cwd=running.checkout, env=os.environ, capture_output=True, text=True
    )

    assert second.returncode == 1
    assert f"already runs here: site {site}" in second.stdout
    assert requests.get(f"{site}/healthz", timeout=5).ok


def test_a_program_that_dies_is_started_again(running: Run) -> None:
    running.program("services.worker.dispatcher").kill()

    assert running.says("dispatcher ended and was started again"), running.output.read_text()


def test_nothing_outlives_a_killed_run_and_the_next_one_recovers(checkout: Path) -> None:
    first = Run(checkout)
    assert first.says(WELCOME), first.output.read_text()

    first.kill()

    assert first.leaves_nothing()
    second = Run(checkout)
    assert second.says(WELCOME), second.output.read_text()
    second.process.send_signal(signal.SIGINT)
    assert second.ends() == 0
    assert second.leaves_nothing()


def test_a_taken_port_is_named_with_the_variable_that_changes_it(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = Run(checkout, PLENARY_LOCAL_DASHBOARD_PORT=str(port))

        assert run.ends() == 1

    said = run.output.read_text()
    assert f"Port {port}, meant for the dashboard, is taken" in said
    assert "PLENARY_LOCAL_DASHBOARD_PORT=" in said
    assert "Starting" not in said


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"PLENARY_LOCAL_SITE_PORT": "eighty"}, "PLENARY_LOCAL_SITE_PORT=eighty: a port is a number from 1 to 65535."),
        (
            {"PLENARY_LOCAL_SITE_PORT": "20000", "PLENARY_LOCAL_MAIL_PORT": "20000"},
            "PLENARY_LOCAL_SITE_PORT and PLENARY_LOCAL_MAIL_PORT are both 20000.",
        ),
    ],
)
def test_a_choice_that_cannot_be_is_explained(checkout: Path, variables: dict[str, str], complaint: str) -> None:
    run = Run(checkout, **variables)

    assert run.ends() == 1
    assert complaint in run.output.read_text()


def test_a_program_that_cannot_start_is_named_with_the_end_of_its_log(checkout: Path) -> None:
    (checkout / "services" / "worker" / "dispatcher.py").write_text("raise SystemExit('no such moon')\n")
    run = Run(checkout)

    assert run.ends(within=timedelta(seconds=60)) == 1
    assert "dispatcher could not be started. The end of var/log/dispatcher.log:" in run.output.read_text()
    assert "no such moon" in run.output.read_text()
    assert run.leaves_nothing()
