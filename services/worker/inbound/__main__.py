"""The process that takes mail in: `python -m services.worker.inbound`. How, PLENARY_INBOUND says.

Several listeners may run side by side, and so may several readers of one mailbox: a mail that is there is kept once.
"""

import asyncio
import signal
import sys
import threading

import structlog

from services.worker.beating import beating
from services.worker.inbound.listener import listening
from services.worker.inbound.mailbox import read_mailbox
from shared.logs import configure_logs
from shared.settings import Inbound, get_settings

log = structlog.get_logger()


async def _listen(stop: asyncio.Event) -> None:
    settings = get_settings()
    async with listening(settings) as port:
        log.info("inbound.listening", protocol=settings.inbound.value, port=port)
        await stop.wait()


async def _run_listener() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await _listen(stop)


def _run_mailbox() -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    read_mailbox(get_settings(), stop)


def main() -> None:
    configure_logs()
    inbound = get_settings().inbound
    if inbound is Inbound.NONE:
        sys.exit("PLENARY_INBOUND is none: no mail is taken in. Set it to lmtp, smtp or imap (docs/mail.md).")
    if inbound is Inbound.IMAP and not get_settings().imap_host:
        sys.exit("PLENARY_INBOUND is imap, but PLENARY_IMAP_HOST names no server. Set it (docs/mail.md).")
    with beating("inbound"):
        if inbound is Inbound.IMAP:
            _run_mailbox()
        else:
            asyncio.run(_run_listener())


if __name__ == "__main__":
    main()
