"""The report after an event: one file with its numbers, and nothing of its people."""
