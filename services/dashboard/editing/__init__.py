"""The page "Edit event": everything an event says."""
