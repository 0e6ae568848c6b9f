"""The processes that carry mail: killed at any moment, and started again as Docker would."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.local.privileges import tied

_LOOK_SECONDS = 0.2


class Carrier:
    """`ended_by_itself` counts the times it ended without being killed."""

    def __init__(self, kind: str, name: str, folder: Path, settings: dict[str, str]) -> None:
        self.kind, self._log, self._settings = kind, folder / f"{name}.log", settings
        self.kills = self.ended_by_itself = 0
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        command = [sys.executable, "-m", "tests.chaos.hurried", self.kind]
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                tied(command, signal_name="SIGKILL"),
                env=os.environ | self._settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def kill(self) -> None:
        """Without a word, and start it again."""
        with self._lock:
            self._process.kill()
            self._process.wait()
            self.kills += 1
            self._start()

    def start_if_ended(self) -> None:
        with self._lock:
            if self._process.poll() is not None:
                self.ended_by_itself += 1
                self._start()

    def end(self) -> None:
        with self._lock:
            self._process.kill()
            self._process.wait()

    @property
    def last_words(self) -> str:
        return self._log.read_text()[-3000:]


@contextmanager
def carriers(folder: Path, settings: dict[str, str], *, workers: int) -> Iterator[list[Carrier]]:
    """One dispatcher and so many workers; whichever ends is started again."""
    started = [Carrier("dispatcher", "dispatcher", folder, settings)]
    started += [Carrier("worker", f"worker-{number}", folder, settings) for number in range(workers)]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(_LOOK_SECONDS):
            for carrier in started:
                carrier.start_if_ended()

    # They are tied to the thread that starts them, which must live as long as they do.
    watcher = threading.Thread(target=watch, name="chaos-watcher", daemon=True)
    watcher.start()
    try:
        yield started
    finally:
        stop.set()
        watcher.join()
        for carrier in started:
            carrier.end()
