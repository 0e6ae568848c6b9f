"""The page "Audit": who did what."""
