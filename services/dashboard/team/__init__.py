"""The page "Team": who works on the calendar."""
