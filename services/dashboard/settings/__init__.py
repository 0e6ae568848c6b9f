"""The page "Settings": the organisation, its look, its mail."""
