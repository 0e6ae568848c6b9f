"""Starts a command that cannot outlive the process that started it, as another account if asked.

    python -IS lifeline.py SIGNAL [--account NAME] -- COMMAND...

A process killed with SIGKILL can clean up nothing, and what it started would run on, unseen, on its port and its data.
So the kernel is asked to send SIGNAL to the command when its parent dies. Standard library only, and no imports from
here: this runs before each program, and an account without access to the checkout must get through it.
"""

import ctypes
import os
import pwd
import signal
import sys
import time

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1


def take_account(name: str) -> None:
    account = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def signal_me_when_my_parent_dies(number: signal.Signals) -> None:
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))
    elif os.fork() == 0:
        _watch(process=os.getppid(), parent=parent, number=number)
    if os.getppid() != parent:
        sys.exit("The parent ended before the command began.")


def _watch(*, process: int, parent: int, number: signal.Signals) -> None:
    """Where the kernel offers no such signal: a small child of the command looks twice a second."""
    for inherited in (signal.SIGINT, signal.SIGHUP):
        signal.signal(inherited, signal.SIG_IGN)
    while os.getppid() == process and _lives(parent):
        time.sleep(0.5)
    if os.getppid() == process:
        os.kill(process, number)
    os._exit(0)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    options, command = arguments[:split], arguments[split + 1 :]
    # The account first: the kernel forgets the wish when a process changes its account.
    if options[1:2] == ["--account"]:
        take_account(options[2])
    signal_me_when_my_parent_dies(signal.Signals[options[0]])
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
