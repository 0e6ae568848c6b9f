"""Mail that came back: kept whole as it arrives, read later, and what follows from it."""
