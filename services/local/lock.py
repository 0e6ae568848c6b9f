"""Only one `make run` at a time in a checkout."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from services.local.errors import AlreadyRunning


@contextmanager
def held(file: Path, *, note: str) -> Iterator[IO[str]]:
    """Hold the lock while the block runs, and longer if a process was started with the given file open.

    The note tells a second one where the first is to be found. Raises AlreadyRunning with the note of the first.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as refusal:
            raise AlreadyRunning(_note_of_the_first(file)) from refusal
        opened.truncate(0)
        opened.write(note)
        opened.flush()
        yield opened


def _note_of_the_first(file: Path) -> str:
    note = file.read_text().strip()
    if not note:
        return "Plenary is just being started here by somebody else. Wait a moment."
    return f"Plenary already runs here: {note} Stop it with Ctrl-C where it was started."
