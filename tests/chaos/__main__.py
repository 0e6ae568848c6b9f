"""The whole run: `python -m tests.chaos [--recipients 10000] [--seed 2027] [--workers 3]`. Ends with 1 on any fault."""

import json
import os
import sys
from argparse import ArgumentParser

os.environ.setdefault("PLENARY_SECRET_KEY", "a key for tests, long enough to sign links with")

from tests.chaos.campaign import Plan, run


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--recipients", type=int, default=Plan.recipients)
    parser.add_argument("--workers", type=int, default=Plan.workers)
    parser.add_argument("--seed", type=int, default=Plan.seed)
    chosen = parser.parse_args()
    outcome = run(Plan(recipients=chosen.recipients, workers=chosen.workers, seed=chosen.seed), _say)
    sys.stdout.write(json.dumps(outcome.figures(), indent=1) + "\n")
    faults = outcome.faults()
    for fault in faults:
        sys.stdout.write(f"FAULT: {fault}\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
