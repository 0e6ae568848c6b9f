"""A worker: takes jobs from the mail queue and runs them in its own process, so that connections stay open.

Run it with `python -m services.worker.main`; multiply it as needed.
"""

import sys

from rq.worker import SimpleWorker

from services.worker.beating import beating
from services.worker.queueing import mail_queues, redis_connection
from shared.logs import configure_logs
from shared.mail.signing import KeyUnusable, require_usable_key
from shared.settings import get_settings


def main() -> None:
    configure_logs()
    try:
        require_usable_key(get_settings())
    except KeyUnusable as problem:
        # Before the first mail rather than at each: what waits is sent once the key is right.
        sys.exit(f"{problem} No mail is sent until then.")
    # A forking worker runs 50 empty jobs a second on two cores, this one 180; and it keeps its database connections.
    worker = SimpleWorker(mail_queues(), connection=redis_connection())
    with beating("worker"):
        worker.work(logging_level="WARNING")


if __name__ == "__main__":
    main()
