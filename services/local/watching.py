"""Are the programs working, and do they stay so."""

import time
from collections.abc import Sequence
from datetime import timedelta

from services.local import places
from services.local.errors import ProgramFailed
from services.local.programs import Program
from services.local.supervision import LOG, Supervisor
from services.local.terminal import say
from services.local.waiting import wait_until

_READY_LIMIT = timedelta(seconds=90)
_PAUSE = timedelta(milliseconds=200)
_PAUSE_BETWEEN_LOOKS = timedelta(seconds=1)


def wait_until_working(supervisor: Supervisor, programs: Sequence[Program]) -> None:
    """Raises ProgramFailed for the first that gives up, or that is not ready in good time."""
    waiting = list(programs)

    def all_work() -> bool:
        statuses = supervisor.statuses()
        _insist_on_life(supervisor, programs)
        waiting[:] = [each for each in waiting if not (statuses[each.name].runs and each.works())]
        return not waiting

    if not wait_until(all_work, within=_READY_LIMIT, pause=_PAUSE):
        raise _failure(waiting[0], f"was not ready within {_READY_LIMIT.seconds} seconds")


def watch(supervisor: Supervisor, programs: Sequence[Program]) -> None:
    """Until something ends for good, or somebody interrupts. What had to be started again is said."""
    known = supervisor.statuses()
    while True:
        time.sleep(_PAUSE_BETWEEN_LOOKS.total_seconds())
        _insist_on_life(supervisor, programs)
        current = supervisor.statuses()
        for program in programs:
            if current[program.name].runs and current[program.name].process != known[program.name].process:
                say(f"{program.name} ended and was started again; its log is {places.shown(program.log)}.")
                known[program.name] = current[program.name]


def _insist_on_life(supervisor: Supervisor, programs: Sequence[Program]) -> None:
    if supervisor.has_ended:
        raise ProgramFailed(f"The process supervisor ended; its log is {places.shown(LOG)}.", LOG)
    statuses = supervisor.statuses()
    for program in programs:
        if statuses[program.name].gave_up:
            raise _failure(program, "could not be started")


def _failure(program: Program, what: str) -> ProgramFailed:
    return ProgramFailed(f"{program.name} {what}. The end of {places.shown(program.log)}:", program.log)
