"""The page of invitations: whom we asked to come, what they answered, and asking more."""
