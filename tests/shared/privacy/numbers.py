"""What of a snapshot stays when people go."""

from typing import Any

from shared.schemas.stats import Stats


def numbers(snapshot: Stats) -> dict[str, Any]:
    """All that is not about single people, and does not depend on the moment."""
    of_the_moment = {"worker_seen_at", "worker_is_alive"}
    return snapshot.model_dump(exclude={"server_time": True, "version": True, "feed": True, "mail": of_the_moment})
