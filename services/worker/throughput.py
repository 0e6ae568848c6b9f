"""How fast this worker sends: what its heartbeat tells, and others plan with."""

import time
from collections import deque
from typing import NamedTuple

# Seconds that count.
_LATELY = 60.0
# One mail that took its time says nothing of a thousand: so many mails, or so many seconds of sending, do.
_ENOUGH_MAILS, _ENOUGH_SECONDS = 10, 20.0


class _Turn(NamedTuple):
    """One job: when it ended, how long it took (in seconds), and how many mails the server took."""

    ended_at: float
    seconds: float
    mails: int


class Throughput:
    """Written by the worker and read by the thread that beats."""

    def __init__(self) -> None:
        self._turns: deque[_Turn] = deque(maxlen=10_000)

    def note(self, mails: int, seconds: float) -> None:
        self._turns.append(_Turn(time.monotonic(), seconds, mails))

    def per_minute(self) -> float | None:
        """Mails in a minute of sending, by the last minute's turns; None where there was too little to tell.

        The time between two jobs does not count: whoever has little to send is not slow.
        """
        earliest = time.monotonic() - _LATELY
        turns = [turn for turn in tuple(self._turns) if turn.ended_at >= earliest]
        mails, seconds = sum(turn.mails for turn in turns), sum(turn.seconds for turn in turns)
        is_telling = mails >= _ENOUGH_MAILS or (mails and seconds >= _ENOUGH_SECONDS)
        return 60 * mails / seconds if is_telling and seconds else None


of_this_process = Throughput()
