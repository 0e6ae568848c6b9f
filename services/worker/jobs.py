"""What a worker is asked to do. Jobs carry ids only, and begin by asking whether anything is left to do."""

from uuid import UUID

from services.worker.delivery import deliver


def deliver_messages(message_ids: list[str]) -> int:
    """Deliver these messages over one connection. Returns how many the mail server took."""
    return deliver([UUID(message_id) for message_id in message_ids])
