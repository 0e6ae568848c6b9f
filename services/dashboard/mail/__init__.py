"""The page of mail: how it goes, whom it does not reach, what goes out when, and in which words."""
