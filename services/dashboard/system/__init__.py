"""The page "System": whether everything runs."""
