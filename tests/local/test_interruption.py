"""`make run` ends with whoever started it, also where nobody passes the signal on."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from services.local.interruption import make_was_told_to_stop
from services.local.waiting import wait_until

ROOT = Path(__file__).parents[2]
SOON = timedelta(seconds=10)

WAITS_FOR_ITS_PARENT = """
import time
from services.local.interruption import Interrupted, raise_on_signals, watch_parent
raise_on_signals()
watch_parent()
try:
    print("ready", flush=True)
    time.sleep(60)
except Interrupted:
    print("interrupted", flush=True)
"""


@pytest.fixture
def make(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Waits for a command that takes its time."""
    (tmp_path / "Makefile").write_text("all:\n\t@sleep 60\n")
    started = subprocess.Popen(["make"], cwd=tmp_path, start_new_session=True, stderr=subprocess.DEVNULL)
    assert wait_until(lambda: bool(psutil.Process(started.pid).children()), within=SOON)
    yield started
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("make"), reason="Linux shows what a process blocks.")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_make_keeps_to_itself_is_noticed(make: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # For a moment around the start of its command, make blocks signals as well.
    assert wait_until(lambda: not make_was_told_to_stop(make.pid), within=SOON)

    make.send_signal(number)

    assert wait_until(lambda: make_was_told_to_stop(make.pid), within=SOON)


def test_a_process_ends_with_its_parent(tmp_path: Path) -> None:
    output, script = tmp_path / "output.txt", tmp_path / "waits.py"
    script.write_text(WAITS_FOR_ITS_PARENT)
    command = f"PYTHONPATH={ROOT} {sys.executable} {script} > {output} & wait"
    with subprocess.Popen(["sh", "-c", command]) as parent:
        assert wait_until(lambda: output.is_file() and "ready" in output.read_text(), within=SOON)

        parent.kill()

    assert wait_until(lambda: "interrupted" in output.read_text(), within=SOON)
