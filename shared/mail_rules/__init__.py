"""Rules: mail that an event sends by itself, so long before or after it, to whom the organiser chose."""
