"""Real api processes on ports of their own, which a test may kill at any moment and start again."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from services.local.ports import LOOPBACK, free_port
from services.local.privileges import tied
from services.local.waiting import wait_until

# A whole crowd comes from one address here; how many may is tested where the limits are.
_WITHOUT_LIMITS = {f"PLENARY_LIMIT_{name}": "0" for name in ("PER_NETWORK", "WITHOUT_PROOF", "PER_ADDRESS")}
_START_LIMIT = timedelta(seconds=60)


class ApiProcess:
    """`python -m services.api` with the settings of the tests. It keeps its port from one life to the next."""

    def __init__(self, log: Path, settings: dict[str, str]) -> None:
        self.port, self.log, self._settings = free_port(), log, settings
        self.start()

    def start(self) -> None:
        """It ends with the thread that starts it: in tests that is the main one."""
        command = [sys.executable, "-m", "services.api", "--host", LOOPBACK, "--port", str(self.port)]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                tied(command, signal_name="SIGTERM"),
                env=os.environ | _WITHOUT_LIMITS | self._settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def answers(self) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def wait(self) -> None:
        assert wait_until(lambda: self._process.poll() is not None or self.answers(), within=_START_LIMIT)
        assert self.answers(), f"It did not start: {self.log.read_text()[-2000:]}"


@contextmanager
def running_apis(count: int, folder: Path, **settings: str) -> Iterator[list[ApiProcess]]:
    """So many, all of them answering when the block begins."""
    started: list[ApiProcess] = []
    try:
        for number in range(count):
            started.append(ApiProcess(folder / f"api-{number}.log", settings))
        for process in started:
            process.wait()
        yield started
    finally:
        for process in started:
            process.kill()
