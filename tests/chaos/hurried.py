"""A worker or a dispatcher that waits seconds where it would wait minutes; nothing else of it is different.

`python -m tests.chaos.hurried worker`, or `dispatcher`.
"""

import sys

from services.worker import delivery, dispatcher, main

HURRY = 60


def hurry() -> None:
    delivery.BACK_OFF_MINUTES = tuple(minutes / HURRY for minutes in delivery.BACK_OFF_MINUTES)  # type: ignore[misc]
    delivery.UNREACHABLE_SECONDS, delivery.LONGEST_UNREACHABLE_SECONDS = 0.5, 2  # type: ignore[misc]
    dispatcher.AFTER_TROUBLE_SECONDS = 0.3


if __name__ == "__main__":
    hurry()
    {"worker": main.main, "dispatcher": dispatcher.main}[sys.argv[1]]()
