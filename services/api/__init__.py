"""The HTTP service: JSON under `/api/v1`, and the pages that attendees see."""
