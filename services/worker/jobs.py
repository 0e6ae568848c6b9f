"""What a worker is asked to do. Jobs carry ids only, and begin by asking whether anything is left to do."""

import atexit
from functools import cache
from uuid import UUID

from services.worker.delivery import deliver_over
from shared.mail.smtp import MailServer
from shared.settings import get_settings


@cache
def mail_server() -> MailServer:
    """This worker's connection: it stays open from job to job, because making one costs more than a mail."""
    server = MailServer(get_settings())
    atexit.register(server.close)
    return server


def deliver_messages(message_ids: list[str]) -> int:
    """Deliver these messages. Returns how many the mail server took."""
    return deliver_over(mail_server(), [UUID(message_id) for message_id in message_ids])
