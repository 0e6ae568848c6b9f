"""The page of settings: what an organiser decides about registration, and what is asked."""
