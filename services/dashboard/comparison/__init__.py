"""The page "Compare": events beside each other."""
