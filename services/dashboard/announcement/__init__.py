"""From a pasted announcement to a published event."""
