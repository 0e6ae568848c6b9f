"""The page "Session": the hour in which it takes place."""
