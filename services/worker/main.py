"""A worker: takes jobs from the mail queue and runs them in its own process, so that connections stay open.

Run it with `python -m services.worker.main`; multiply it as needed.
"""

from rq.worker import SimpleWorker

from services.worker.beating import beating
from services.worker.queueing import mail_queues, redis_connection
from shared.logs import configure_logs


def main() -> None:
    configure_logs()
    # A forking worker runs 50 empty jobs a second on two cores, this one 180; and it keeps its database connections.
    worker = SimpleWorker(mail_queues(), connection=redis_connection())
    with beating("worker"):
        worker.work(logging_level="WARNING")


if __name__ == "__main__":
    main()
