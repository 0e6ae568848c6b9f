"""When to stop: at Ctrl-C, when told to end, and when whoever started us is gone or was told to end itself."""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Not an Exception, so that nothing on the way takes it for a failure to recover from."""


def raise_on_signals() -> None:
    for number in _SIGNALS:
        # Under nohup a closed terminal is to be ignored.
        if not (number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN):
            signal.signal(number, _raise)


def ignore_signals() -> None:
    """While stopping: a second Ctrl-C must not leave half of it running."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def watch_parent() -> None:
    """From now on, end as if told to when our parent ends."""
    threading.Thread(target=_watch, args=[os.getppid()], name="parent", daemon=True).start()


def make_was_told_to_stop(process: int) -> bool:
    """Whether a process is `make` inside its handler of SIGINT or SIGHUP.

    Told to stop, it waits there for its commands to end, and forwards nothing, since what comes from a terminal reaches
    them as well. While a handler runs its signal is blocked, and Linux shows that.
    """
    if sys.platform != "linux":
        return False
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return False
    facts = dict(line.split(":", 1) for line in lines)
    blocked = int(facts["SigBlk"], 16)
    awaited = 1 << (signal.SIGINT - 1) | 1 << (signal.SIGHUP - 1)
    return facts["Name"].strip() in ("make", "gmake") and bool(blocked & awaited)


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    raise Interrupted(signal.Signals(number).name)


def _watch(parent: int) -> None:
    while os.getppid() == parent and not make_was_told_to_stop(parent):
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
