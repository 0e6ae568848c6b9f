"""The dashboard's snapshot of one event, read from tallies: it costs the same for ten registrations and a million."""

from shared.stats.screen import Look, look, snapshot

__all__ = ["Look", "look", "snapshot"]
